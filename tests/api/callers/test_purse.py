from datetime import UTC, datetime
from decimal import Decimal

import pytest

from answer.answers import Usage
from api.callers.access import OPERATOR, Access
from api.callers.purse import Purse
from api.prices import Price
from index.catalog.accounts import SCOPES, Account, KeyLimits, NewKey, Spent
from index.catalog.database import Database
from index.catalog.keys import Keys
from index.catalog.spending import Spending
from index.errors import QuotaExceeded

EVENING = datetime(2026, 1, 5, 23, 0, tzinfo=UTC)
PRICES = {"small": Price(Decimal(1), Decimal(2)), "large": Price(Decimal(10), Decimal(20))}


@pytest.fixture
def ledger(database: Database) -> Spending:
    return Spending(database.engine)


@pytest.fixture
def purse(ledger: Spending) -> Purse:
    return Purse(ledger, PRICES, now=lambda: EVENING)


@pytest.fixture
def access(database: Database) -> Access:
    limits = KeyLimits(tokens_per_day=1000, pages_per_day=5)
    key, _ = Keys(database.engine).issue(NewKey("test", "acme", limits=limits))
    return Access("acme", SCOPES, key)


def spent(ledger: Spending, access: Access) -> Spent:
    return ledger.of(Account(access.tenant, access.key_id), EVENING.date())


def test_reported_tokens_take_the_place_of_the_estimate(
    purse: Purse, ledger: Spending, access: Access
) -> None:
    bill = purse.open(access, 600)
    assert spent(ledger, access).tokens == 600
    purse.settle(bill, Usage(500, 40), "small")
    cost = Decimal("0.00058")
    assert spent(ledger, access) == Spent(1, 0, 600, 500, 40, cost)


def test_where_nothing_is_reported_the_estimate_is_charged(
    purse: Purse, ledger: Spending, access: Access
) -> None:
    purse.settle(purse.open(access, 600), Usage(), "unpriced")
    assert spent(ledger, access) == Spent(1, 0, 600, 600)


def test_with_two_models_each_has_its_price(purse: Purse, ledger: Spending, access: Access) -> None:
    both = Usage(300, 0, by_model=(Usage(100).of("small"), Usage(200).of("large")))
    purse.settle(purse.open(access, 100), both, "large")
    assert spent(ledger, access).cost == Decimal("0.0021")


def test_a_question_beyond_the_days_tokens_is_refused_until_midnight(
    purse: Purse, ledger: Spending, access: Access
) -> None:
    purse.open(access, 600)
    with pytest.raises(QuotaExceeded, match="600 of the 1000") as refused:
        purse.open(access, 401)
    assert refused.value.retry_after_s == 3600
    assert spent(ledger, access).questions == 1
    purse.open(access, 400)


def test_a_new_day_begins_with_nothing_spent(ledger: Spending, access: Access) -> None:
    today = [EVENING]
    purse = Purse(ledger, PRICES, now=lambda: today[0])
    purse.open(access, 1000)
    today[0] = datetime(2026, 1, 6, tzinfo=UTC)
    purse.open(access, 1000)


def test_pages_are_refused_once_the_days_are_used_up(
    purse: Purse, ledger: Spending, access: Access
) -> None:
    purse.check_pages(access)
    ledger.add(Account("acme", access.key_id), EVENING.date(), Spent(pages=5))
    with pytest.raises(QuotaExceeded, match="had 5 pages indexed today"):
        purse.check_pages(access)


def test_without_a_key_there_is_no_limit_and_a_ledger_all_the_same(
    purse: Purse, ledger: Spending
) -> None:
    purse.check_pages(OPERATOR)
    purse.settle(purse.open(OPERATOR, 10**9), Usage(7, 1), "small")
    assert spent(ledger, OPERATOR).tokens == 8
