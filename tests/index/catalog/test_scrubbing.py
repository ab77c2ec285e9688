import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from index.catalog.database import Database
from index.catalog.receipts import Claim, Receipt, Receipts
from index.catalog.scrubbing import SETTINGS, Scrubber, set_up
from index.errors import DatabaseUnavailable
from tests.index.catalog.test_migrations import DOCUMENT, FIRST_ROWS, GENERATION
from tests.index.test_manifest import manifest

CANARY = "zephyrquartz"


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as opened:
        yield opened


def fill(connection: Connection) -> None:
    """Put in a document whose job failed with a message that quotes it."""
    told = {"manifest": json.dumps(manifest().to_json()), "document": DOCUMENT}
    for statement in FIRST_ROWS.split(";\n")[:-1]:
        values = {**told, "generation": GENERATION}
        used = {name: value for name, value in values.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
    connection.execute(
        text("UPDATE jobs SET error_code = 'corrupt', error_message = :told"), {"told": CANARY}
    )


def test_a_job_of_a_document_that_is_gone_quotes_it_no_more(
    database: Database, connection: Connection
) -> None:
    fill(connection)
    scrubber = Scrubber(database.engine, is_embedded=False)
    scrubber.scrub([])
    message = text("SELECT error_message FROM jobs")
    assert connection.execute(message).scalar_one() == CANARY
    connection.execute(text("DELETE FROM documents"))

    scrubber.scrub([])

    assert connection.execute(message).scalar_one() == "erased with the document"


def test_what_was_answered_about_a_document_is_forgotten(database: Database) -> None:
    receipts = Receipts(database.engine)
    claims = [Claim("", key, "upload") for key in ("gone", "kept")]
    answers = [f'{{"document": {{"id": "{UUID(int=n)}"}}}}'.encode() for n in (1, 2)]
    for claim, answer in zip(claims, answers, strict=True):
        receipts.begin(claim)
        receipts.finish(claim, Receipt(202, "application/json", answer))

    Scrubber(database.engine, is_embedded=False).scrub([UUID(int=1)])

    assert [receipts.begin(claim) is None for claim in claims] == [True, False]


def test_segments_that_were_made_ready_for_reuse_are_gone_through(
    database: Database, connection: Connection
) -> None:
    connection.execute(text("ALTER SYSTEM SET wal_recycle = on"))
    connection.execute(text("SELECT pg_reload_conf()"))
    for _ in range(3):
        connection.execute(text("CREATE TABLE said AS SELECT CAST(:c AS text) AS c"), {"c": CANARY})
        connection.execute(text("DROP TABLE said"))
        connection.execute(text("SELECT pg_switch_wal()"))
    connection.execute(text("CHECKPOINT"))
    set_up(database.engine)
    folder = Path(connection.execute(text("SHOW data_directory")).scalar_one()) / "pg_wal"
    assert any(CANARY.encode() in file.read_bytes() for file in folder.glob("0*"))

    Scrubber(database.engine, is_embedded=True).scrub([])

    assert not any(CANARY.encode() in file.read_bytes() for file in folder.glob("0*"))


def test_the_embedded_server_is_set_up_to_keep_little(connection: Connection) -> None:
    shown = {name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in SETTINGS}

    assert shown == SETTINGS


def test_a_transaction_that_may_still_see_what_was_deleted_is_waited_for(
    database: Database, connection: Connection
) -> None:
    fill(connection)
    waited: list[float] = []
    scrubber = Scrubber(database.engine, is_embedded=False, sleep=waited.append)
    older = database.engine.execution_options(isolation_level="REPEATABLE READ")
    with older.connect() as looking:
        looking.execute(text("SELECT count(*) FROM documents"))
        connection.execute(text("DELETE FROM documents"))
        with pytest.raises(DatabaseUnavailable, match="still open"):
            scrubber.scrub([])
    assert sum(waited) == pytest.approx(60)

    scrubber.scrub([])
