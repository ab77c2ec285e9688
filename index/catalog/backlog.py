"""How much work waits: the jobs that have not ended, and for how long the oldest has waited."""

from dataclasses import dataclass

from sqlalchemy import Engine, func, select

from index.catalog.leases import OPEN_STATES
from index.catalog.schema import jobs


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open jobs.

    Attributes:
        n_queued: not begun.
        n_running: begun.
        oldest_s: seconds since the oldest that is not begun was accepted; 0 without one.
    """

    n_queued: int
    n_running: int
    oldest_s: float


class Backlog:
    """Counts the jobs of every process that shares the catalog."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def count(self) -> int:
        """Return how many jobs have not ended.

        Raises:
            DatabaseUnavailable: the catalog does not answer.
        """
        query = select(func.count()).select_from(jobs).where(jobs.c.state.in_(OPEN_STATES))
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def read(self) -> Waiting:
        """Return what waits now.

        Raises:
            DatabaseUnavailable: the catalog does not answer.
        """
        oldest = func.extract("epoch", func.now() - func.min(jobs.c.created_at))
        query = (
            select(jobs.c.state, func.count(), oldest)
            .where(jobs.c.state.in_(OPEN_STATES))
            .group_by(jobs.c.state)
        )
        with self._engine.connect() as connection:
            found = {state: (n, float(age)) for state, n, age in connection.execute(query)}
        n_queued, oldest_s = found.get("queued", (0, 0.0))
        return Waiting(n_queued, found.get("running", (0, 0.0))[0], max(oldest_s, 0.0))
