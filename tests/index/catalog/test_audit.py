"""The chain of the audit log: what was done to it shows, and where."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from index.catalog.audit import AuditLog
from index.catalog.database import Database
from index.catalog.lines import BEGINNING, Deed


@pytest.fixture
def log(database: Database) -> AuditLog:
    """A log of five lines."""
    log = AuditLog(database.engine)
    for number in range(1, 6):
        log.append(Deed("document.delete", "operator", about={"document": str(number)}))
    return log


def tamper(database: Database, statement: str) -> None:
    with database.engine.begin() as connection:
        connection.execute(text(statement))


def test_an_empty_log_is_whole(database: Database) -> None:
    found = AuditLog(database.engine).verify()

    assert (found.is_whole, found.n_lines, found.head) == (True, 0, BEGINNING)


def test_lines_are_numbered_and_chained(log: AuditLog) -> None:
    lines = log.lines()

    assert [line.number for line in lines] == [1, 2, 3, 4, 5]
    assert [line.previous for line in lines] == [BEGINNING, *(one.digest for one in lines[:-1])]
    assert log.verify().head == lines[-1].digest


def test_a_digest_can_be_computed_by_anybody_from_what_is_listed(log: AuditLog) -> None:
    line = log.lines()[1]
    listed = {
        "number": 2,
        "at": line.at.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00"),
        "tenant": "default",
        "who": "operator",
        "action": "document.delete",
        "result": "done",
        "request": "",
        "about": {"document": "2"},
        "previous": line.previous,
    }
    canonical = json.dumps(listed, sort_keys=True, separators=(",", ":"))

    assert line.digest == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        "who = 'somebody'",
        "tenant = 'acme'",
        "action = 'document.upload'",
        "result = 'forbidden'",
        "request = 'r'",
        "at = at + interval '1 microsecond'",
        """about = '{"document": "7"}'""",
        f"digest = '{BEGINNING}'",
    ],
)
def test_a_line_that_was_changed_is_named(log: AuditLog, database: Database, change: str) -> None:
    tamper(database, f"UPDATE audit SET {change} WHERE number = 3")  # noqa: S608  the test's own

    found = log.verify()

    assert (found.is_whole, found.n_lines, found.broken_at) == (False, 2, 3)
    assert found.reason == "line 3 was changed"


@pytest.mark.parametrize("number", [1, 3])
def test_a_line_that_was_removed_is_named(log: AuditLog, database: Database, number: int) -> None:
    tamper(database, f"DELETE FROM audit WHERE number = {number}")  # noqa: S608  the test's own

    found = log.verify()

    assert (found.broken_at, found.reason) == (number, f"line {number} is missing")


def test_closing_the_gap_of_a_removed_line_shows(log: AuditLog, database: Database) -> None:
    tamper(database, "DELETE FROM audit WHERE number = 3")
    tamper(database, "UPDATE audit SET number = number - 1 WHERE number > 3")

    assert log.verify().broken_at == 3


def test_a_line_that_was_put_in_is_named(log: AuditLog, database: Database) -> None:
    tamper(database, "UPDATE audit SET number = number + 10 WHERE number > 3")
    tamper(database, "UPDATE audit SET number = number - 9 WHERE number > 10")
    tamper(database, "INSERT INTO audit SELECT 4, at, tenant, who, action, result, request, about, "
        "previous, digest FROM audit WHERE number = 3")  # fmt: skip

    found = log.verify()

    assert found.broken_at == 4
    assert "put in" in found.reason


def test_lines_cut_off_at_the_end_show_to_who_kept_a_head(
    log: AuditLog, database: Database
) -> None:
    kept = log.verify().head
    assert log.verify(kept).is_whole
    tamper(database, "DELETE FROM audit WHERE number > 3")

    assert log.verify().is_whole
    found = log.verify(kept)
    assert (found.is_whole, found.n_lines, found.broken_at) == (False, 3, 4)
    assert "cut off" in found.reason


def test_a_head_that_was_kept_holds_when_lines_follow(log: AuditLog) -> None:
    kept = log.verify().head
    log.append(Deed("key.create", "local"))

    assert log.verify(kept).is_whole
    assert log.verify(kept).n_lines == 6


def test_processes_that_write_at_once_write_one_chain(database: Database) -> None:
    logs = [AuditLog(database.engine) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for log in logs * 5:
            pool.submit(log.append, Deed("document.upload", "operator"))

    found = logs[0].verify()
    assert (found.is_whole, found.n_lines) == (True, 40)


def test_lines_are_listed_by_tenant_and_time(log: AuditLog) -> None:
    last = log.append(Deed("key.create", "local", tenant="acme"))

    assert log.lines(tenant="acme") == [last]
    assert [line.number for line in log.lines(after=2, limit=2)] == [3, 4]
    assert log.lines(since=last.at) == [last]
    assert log.lines(since=last.at + timedelta(seconds=1)) == []
