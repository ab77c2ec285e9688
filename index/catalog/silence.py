"""Connections that give up a database which owes an answer and says nothing.

A server whose machine is gone, or behind a network that swallows, ends no connection: libpq waits
for it for ever, and with it a request or a worker. Time-outs of the server's own do not help where
the server is what hangs. So every wait of psycopg, which goes through `wait`, is given up once no
byte has come for a while. What counts is silence, not duration: a long result may take its time.

A statement that is silent for good reasons (a migration, a VACUUM) runs `unhurried`. TCP's probes
still notice when the other machine is gone, and the server is told to send some, too: else it would
keep the locks of a transaction whose client it cannot reach for hours.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.pq import TransactionStatus
from psycopg.pq.abc import PGconn
from psycopg.rows import TupleRow
from sqlalchemy import Connection

Given = TypeVar("Given")
SILENCE_S = 30.0
POLL_S = 0.1
LINK = {  # libpq's own: how long a connection may take to make, and to be found dead
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}


PROBED = """
SELECT set_config(name, value, false) FROM (VALUES
    ('tcp_keepalives_idle', '30'), ('tcp_keepalives_interval', '10'),
    ('tcp_keepalives_count', '3'), ('tcp_user_timeout', '60000')
) AS probes (name, value)
"""  # the server's own, for this connection


class DatabaseSilent(psycopg.OperationalError):
    """The database owes an answer and has said nothing for too long."""


class HeardConnection(psycopg.Connection[TupleRow]):
    """A connection that is closed when the database falls silent.

    Attributes:
        silence_s: how long that may be; for ever when None.
    """

    silence_s: float | None = SILENCE_S

    def begin(self, silence_s: float) -> None:
        """Set a new connection up."""
        self.silence_s = silence_s
        self.execute(PROBED)
        self.commit()

    def wait(
        self, gen: PQGen[Given], interval: float = POLL_S, timeout: float | None = None
    ) -> Given:
        """Run what talks to the database.

        Raises:
            DatabaseSilent: it says nothing.
        """
        try:
            return super().wait(_while_heard(gen, self.pgconn, self.silence_s), interval, timeout)
        except DatabaseSilent:
            self.pgconn.finish()
            raise


class HeardAsyncConnection(psycopg.AsyncConnection[TupleRow]):
    """The same for asyncio."""

    silence_s: float | None = SILENCE_S

    async def begin(self, silence_s: float) -> None:
        """Set a new connection up."""
        self.silence_s = silence_s
        await self.execute(PROBED)
        await self.commit()

    async def wait(
        self, gen: PQGen[Given], interval: float = POLL_S, timeout: float | None = None
    ) -> Given:
        """Run what talks to the database.

        Raises:
            DatabaseSilent: it says nothing.
        """
        heard = _while_heard(gen, self.pgconn, self.silence_s)
        try:
            return await super().wait(heard, interval, timeout)
        except DatabaseSilent:
            self.pgconn.finish()
            raise


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """Let the database be silent for as long as it likes meanwhile."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, HeardConnection):
        raise TypeError(f"expected a connection of `Database`, got {type(driver).__name__}")
    before, driver.silence_s = driver.silence_s, None
    try:
        yield
    finally:
        driver.silence_s = before


def _while_heard(
    gen: PQGen[Given], server: PGconn, silence_s: float | None
) -> Generator[Any, Any, Given]:
    """Pass on what a generator of psycopg waits for, until that stays out for too long.

    Who only listens for notifications is owed nothing.
    """
    heard = monotonic()
    try:
        awaited = next(gen)
        while True:
            ready = yield awaited
            if ready or server.transaction_status != TransactionStatus.ACTIVE:
                heard = monotonic()
            elif silence_s is not None and monotonic() - heard > silence_s:
                raise DatabaseSilent(f"it has said nothing for {silence_s:g} s")
            awaited = gen.send(ready)
    except StopIteration as end:
        given: Given = end.value
        return given
