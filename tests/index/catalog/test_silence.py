"""A database that owes an answer and says nothing, before the connections to it."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import QueuePool, text

from index.catalog.database import N_KEPT, N_MORE, Database
from index.catalog.silence import DatabaseSilent, HeardAsyncConnection, unhurried
from index.errors import DatabaseUnavailable
from tests.faults.proxy import BLACK_HOLE, PASS, FaultProxy, proxied_database, trickle
from tests.tiny import wait_for

SILENCE_S = 0.5
ROWS = text("SELECT repeat('x', 1000) FROM generate_series(1, 200)")


@pytest.fixture
def proxy(postgres: Database) -> Iterator[FaultProxy]:
    with proxied_database(postgres) as opened:
        yield opened


@pytest.fixture
def far(database: Database, proxy: FaultProxy) -> Iterator[Database]:
    """The test's database behind the proxy."""
    url = database.engine.url.set(host="127.0.0.1", port=proxy.port, query={})
    told = url.render_as_string(hide_password=False)
    with closing(Database(told, migrate=False, silence_s=SILENCE_S)) as opened:
        yield opened
        proxy.suffer(PASS)


def test_a_statement_without_an_answer_is_given_up(far: Database, proxy: FaultProxy) -> None:
    with far.engine.connect() as connection:
        proxy.suffer(BLACK_HOLE)
        with pytest.raises(DatabaseUnavailable, match=r"said nothing for 0\.5 s"):
            connection.execute(text("SELECT 1"))


def test_a_commit_without_an_answer_is_given_up(far: Database, proxy: FaultProxy) -> None:
    with far.engine.connect() as connection:
        connection.execute(text("CREATE TABLE kept (n int)"))
        proxy.suffer(BLACK_HOLE)
        with pytest.raises(DatabaseUnavailable):
            connection.commit()


def test_a_kept_connection_that_is_dead_is_replaced(far: Database, proxy: FaultProxy) -> None:
    with far.engine.connect() as connection:
        first = connection.connection.driver_connection
    proxy.suffer(BLACK_HOLE)
    revived = threading.Timer(2 * SILENCE_S, proxy.suffer, [PASS])
    revived.start()
    with far.engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar_one() == 1
        assert connection.connection.driver_connection is not first
    revived.join()


def test_an_answer_that_takes_long_and_goes_on_is_waited_for(
    far: Database, proxy: FaultProxy
) -> None:
    with far.engine.connect() as connection:
        proxy.suffer(trickle(10_000, 2 * SILENCE_S / 20))
        assert len(connection.execute(ROWS).all()) == 200


def test_what_may_take_its_time_is_not_given_up(far: Database) -> None:
    asleep = text("SELECT pg_sleep(:s)"), {"s": 2 * SILENCE_S}
    with far.engine.connect() as connection, unhurried(connection):
        connection.execute(*asleep)
    with far.engine.connect() as connection, pytest.raises(DatabaseUnavailable):
        connection.execute(*asleep)


def test_too_few_connections_are_a_database_that_does_not_answer(far: Database) -> None:
    pool = far.engine.pool
    assert isinstance(pool, QueuePool)
    n_all, held = N_KEPT + N_MORE, threading.Event()

    def hold() -> None:
        with far.engine.connect():
            held.wait(30)

    with ThreadPoolExecutor(n_all) as threads:
        for _ in range(n_all):
            threads.submit(hold)
        wait_for(lambda: pool.checkedout() == n_all)
        with pytest.raises(DatabaseUnavailable, match="connections to the database are in use"):
            far.engine.connect()
        held.set()


def test_the_server_is_told_to_notice_a_client_that_is_gone(far: Database) -> None:
    told = "SELECT DISTINCT source FROM pg_settings WHERE name LIKE 'tcp_%'"
    with far.engine.connect() as connection:
        assert connection.execute(text(told)).scalars().all() == ["session"]


def test_who_listens_for_news_is_owed_no_answer(database: Database) -> None:
    async def listen() -> list[str]:
        connection = await HeardAsyncConnection.connect(database.conninfo, autocommit=True)
        connection.silence_s = 0.2
        async with connection:
            await connection.execute("LISTEN news")
            told = asyncio.get_running_loop().call_later(0.6, tell)
            heard = [one.payload async for one in connection.notifies(stop_after=1)]
            told.cancel()
            with pytest.raises(DatabaseSilent):
                await connection.execute("SELECT pg_sleep(1)")
            return heard

    def tell() -> None:
        with database.engine.begin() as connection:
            connection.execute(text("NOTIFY news, 'rain'"))

    assert asyncio.run(listen()) == ["rain"]
