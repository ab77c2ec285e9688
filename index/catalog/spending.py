"""What every key used up, day by day: the ledger that daily limits are held against."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, Row, select
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.accounts import Account, DaySpent, Spent
from index.catalog.schema import spending

OF_A_DAY = ("day", "tenant", "key")


class Spending:
    """The ledger; what is added to it is never taken back but by its opposite."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, account: Account, day: date, spent: Spent) -> None:
        """Add to what an account used up on a day."""
        with self._engine.begin() as connection:
            add_spent(connection, account, day, spent)

    def reserve(self, account: Account, day: date, wanted: Spent, *, most_tokens: int) -> bool:
        """Add to it where the day's tokens stay within `most_tokens`; whether they do.

        Askers at the same moment cannot both have the last tokens: the check is in the statement.
        """
        row = spending.c
        within = row.input_tokens + row.output_tokens + wanted.tokens <= most_tokens
        if wanted.tokens > most_tokens:
            return False
        with self._engine.begin() as connection:
            return add_spent(connection, account, day, wanted, only_if=within)

    def of(self, account: Account, day: date) -> Spent:
        """Return what an account used up on a day."""
        found = select(spending).where(
            spending.c.day == day,
            spending.c.tenant == account.tenant,
            spending.c.key == account.key,
        )
        with self._engine.connect() as connection:
            row = connection.execute(found).one_or_none()
        return _spent(row) if row is not None else Spent()

    def since(self, day: date, *, tenant: str | None = None) -> list[DaySpent]:
        """Return what was used up from a day on, by one tenant or all, latest day first."""
        query = select(spending).where(spending.c.day >= day)
        if tenant is not None:
            query = query.where(spending.c.tenant == tenant)
        order = spending.c.day.desc(), spending.c.tenant, spending.c.key
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(*order)).all()
        return [DaySpent(row.day, Account(row.tenant, row.key), _spent(row)) for row in rows]


def add_spent(
    connection: Connection,
    account: Account,
    day: date,
    spent: Spent,
    *,
    only_if: Any = None,  # noqa: ANN401  SQLAlchemy's condition
) -> bool:
    """Add to what an account used up, within a transaction; whether the condition held."""
    amounts: Mapping[str, Any] = asdict(spent)
    statement = upsert(spending).values(day=day, **asdict(account), **amounts)
    sums = {name: spending.c[name] + statement.excluded[name] for name in amounts}
    added = connection.execute(
        statement.on_conflict_do_update(
            index_elements=OF_A_DAY, set_=sums, where=only_if
        ).returning(spending.c.day)
    )
    return added.one_or_none() is not None


def _spent(row: Row[Any]) -> Spent:
    return Spent(**{name: getattr(row, name) for name in Spent.__slots__})
