from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest

from index.catalog.accounts import Account, DaySpent, Spent
from index.catalog.database import Database
from index.catalog.spending import Spending

ACME, GLOBEX = Account("acme", "a"), Account("globex", "b")
MONDAY, TUESDAY = date(2026, 1, 5), date(2026, 1, 6)


@pytest.fixture
def ledger(database: Database) -> Spending:
    return Spending(database.engine)


def test_what_is_spent_adds_up_by_account_and_day(ledger: Spending) -> None:
    ledger.add(ACME, MONDAY, Spent(1, 2, 10, 9, 3, Decimal("0.25")))
    ledger.add(ACME, MONDAY, Spent(1, 0, 10, 11, 1, Decimal("0.5")))
    ledger.add(ACME, TUESDAY, Spent(questions=1))
    assert ledger.of(ACME, MONDAY) == Spent(2, 2, 20, 20, 4, Decimal("0.75"))
    assert ledger.of(ACME, MONDAY).tokens == 24
    assert ledger.of(GLOBEX, MONDAY) == Spent()


def test_it_is_listed_from_a_day_on_for_one_tenant_or_all(ledger: Spending) -> None:
    for account, day in ((ACME, MONDAY), (ACME, TUESDAY), (GLOBEX, TUESDAY)):
        ledger.add(account, day, Spent(questions=1))
    one = Spent(questions=1)
    late = [DaySpent(TUESDAY, ACME, one), DaySpent(TUESDAY, GLOBEX, one)]
    assert ledger.since(TUESDAY) == late
    assert ledger.since(MONDAY, tenant="acme") == [late[0], DaySpent(MONDAY, ACME, one)]


def test_tokens_are_set_aside_up_to_the_last_one_and_no_further(ledger: Spending) -> None:
    ten = Spent(1, input_tokens=10)
    assert [ledger.reserve(ACME, MONDAY, ten, most_tokens=30) for _ in range(4)] == [
        *[True] * 3,
        False,
    ]
    assert ledger.of(ACME, MONDAY) == Spent(3, input_tokens=30)
    assert not ledger.reserve(GLOBEX, MONDAY, ten, most_tokens=9)
    assert ledger.reserve(ACME, TUESDAY, ten, most_tokens=10)


def test_many_askers_at_once_get_no_more_than_there_is(ledger: Spending) -> None:
    def ask(_: int) -> bool:
        return ledger.reserve(ACME, MONDAY, Spent(input_tokens=1), most_tokens=20)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(60))) == 20
