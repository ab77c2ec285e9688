from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from index.catalog.database import Database
from index.catalog.receipts import Claim, Receipt, Receipts
from index.errors import IdempotencyKeyReused, RequestInProgress

CLAIM = Claim(owner="", key="k", fingerprint="upload of dams.pdf")
OTHER_REQUEST = Claim(owner="", key="k", fingerprint="upload of herons.pdf")
RECEIPT = Receipt(202, "application/json", b'{"id": 1}')


@pytest.fixture
def receipts(database: Database) -> Receipts:
    return Receipts(database.engine)


def test_the_answer_is_kept_for_the_same_request(receipts: Receipts) -> None:
    assert receipts.begin(CLAIM) is None
    receipts.finish(CLAIM, RECEIPT)

    assert receipts.begin(CLAIM) == RECEIPT


def test_a_request_that_goes_on_is_not_begun_twice(receipts: Receipts) -> None:
    receipts.begin(CLAIM)

    with pytest.raises(RequestInProgress):
        receipts.begin(CLAIM)


@pytest.mark.parametrize("is_answered", [True, False])
def test_another_request_with_the_key_is_refused(receipts: Receipts, *, is_answered: bool) -> None:
    receipts.begin(CLAIM)
    if is_answered:
        receipts.finish(CLAIM, RECEIPT)

    with pytest.raises(IdempotencyKeyReused):
        receipts.begin(OTHER_REQUEST)


def test_two_owners_may_choose_the_same_key(receipts: Receipts) -> None:
    receipts.begin(CLAIM)

    assert receipts.begin(Claim("somebody", CLAIM.key, "another request")) is None


def test_what_came_to_nothing_may_be_tried_again(receipts: Receipts) -> None:
    receipts.begin(CLAIM)
    receipts.give_up(CLAIM)

    assert receipts.begin(OTHER_REQUEST) is None


def test_giving_up_takes_back_no_answer(receipts: Receipts) -> None:
    receipts.begin(CLAIM)
    receipts.finish(CLAIM, RECEIPT)
    receipts.give_up(CLAIM)

    assert receipts.begin(CLAIM) == RECEIPT


def test_an_expired_answer_is_collected_by_the_next_claim(database: Database) -> None:
    short = Receipts(database.engine, kept_for=timedelta(0))
    short.begin(CLAIM)
    short.finish(CLAIM, RECEIPT)

    assert short.begin(Claim("", "another key", "x")) is None
    with database.engine.connect() as connection:
        assert connection.execute(text("SELECT key FROM receipts")).all() == [("another key",)]


def test_a_request_whose_process_died_may_be_begun_by_another_one(database: Database) -> None:
    Receipts(database.engine, worked_on_for=timedelta(0)).begin(CLAIM)

    assert Receipts(database.engine).begin(CLAIM) is None


def test_of_many_at_once_one_begins(database: Database) -> None:
    def begin(_: int) -> bool:
        try:
            return Receipts(database.engine).begin(CLAIM) is None
        except RequestInProgress:
            return False

    with ThreadPoolExecutor(8) as threads:
        begun = list(threads.map(begin, range(16)))

    assert begun.count(True) == 1
