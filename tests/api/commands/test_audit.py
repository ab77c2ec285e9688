"""`pagesight audit` and `pagesight erase`, as a person runs them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from api.app import create_app
from api.cli import pagesight
from api.commands.serve import bind
from api.service import Service
from index.catalog.audit import AuditLog
from index.catalog.database import Database
from tests.conftest import open_service
from tests.serving import served
from tests.tiny import HashedWords, index, pdf, settings

Run = Callable[..., Result]


@pytest.fixture
def database_url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def run(data_folder: Path, database_url: str) -> Run:
    runner = CliRunner(env={"PAGESIGHT_DATABASE_URL": database_url})
    return lambda *words: runner.invoke(pagesight, [*words, "--data", str(data_folder)])


@pytest.fixture
def document(database: Database, data_folder: Path) -> str:
    """A document that is there when nothing runs."""
    opened = open_service(data_folder, database, HashedWords())
    made = index(opened, "dams.pdf", pdf("the dam"))
    opened.close()
    return made


def test_what_a_command_changes_has_a_line(run: Run, document: str, database: Database) -> None:
    assert run("documents", "delete", document).exit_code == 0
    assert run("documents", "delete", document).exit_code == 1
    key = json.loads(run("keys", "create", "web page", "--json").output)
    assert run("keys", "revoke", key["id"]).exit_code == 0

    lines = AuditLog(database.engine).lines()
    assert [(line.deed.action, line.deed.result, line.deed.who) for line in lines] == [
        ("document.delete", "done", "local"),
        ("document.delete", "document_not_found", "local"),
        ("key.create", "done", "local"),
        ("key.revoke", "done", "local"),
    ]
    assert lines[0].deed.about == {"collection": "default", "document": document}
    assert lines[2].deed.about == lines[3].deed.about == {"key": key["id"]}


def test_an_erasure_prints_its_receipt_and_the_log_has_it(run: Run, document: str) -> None:
    erased = run("erase", "--collection", "default", "--document", document, "--json")
    receipt = json.loads(erased.output)
    assert [one["document"] for one in receipt["erased"]] == [document]

    listed = run("audit", "list").output
    assert "document.erase" in listed
    assert "erased=1" in listed
    (line,) = [json.loads(line) for line in run("audit", "list", "--lines").output.splitlines()]
    assert line["digest"] == receipt["digest"]
    told = run("audit", "verify", "--head", receipt["digest"])
    assert told.exit_code == 0
    assert f"head: {receipt['digest']}" in told.output


def test_an_erasure_says_what_went_and_what_is_not_ours(run: Run, document: str) -> None:
    told = run("erase", "--collection", "default", "--document", document).output

    assert f"erased {document} of default: 1 pages, 3 files, original sha256" in told
    assert "write-ahead log of your PostgreSQL" in told
    assert "nothing deleted was left" in run("erase").output


def test_an_erasure_that_is_refused_has_a_line(run: Run, document: str, database: Database) -> None:
    assert run("erase", "--document", document).exit_code == 1
    assert run("erase", "--collection", "nowhere").exit_code == 1

    lines = AuditLog(database.engine).lines()
    assert [line.deed.result for line in lines] == ["invalid_request", "collection_not_found"]


def test_a_log_that_was_tampered_with_is_said_to_be(
    run: Run, document: str, database: Database
) -> None:
    run("documents", "delete", document)
    run("keys", "create", "web page")
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE audit SET who = 'nobody' WHERE number = 1"))

    told, as_json = run("audit", "verify"), run("audit", "verify", "--json")

    assert (told.exit_code, as_json.exit_code) == (1, 1)
    assert told.output == "broken at line 1: line 1 was changed\n"
    assert json.loads(as_json.output)["broken_at"] == 1


def test_lines_are_listed_from_a_time_on(run: Run, document: str) -> None:
    run("documents", "delete", document)

    assert len(json.loads(run("audit", "list", "--json").output)["lines"]) == 1
    later = run("audit", "list", "--since", "2999-01-01", "--json")
    assert json.loads(later.output)["lines"] == []
    assert json.loads(run("audit", "list", "--limit", "1", "--json").output)["lines"] != []


def test_a_running_server_erases_for_the_command(
    run: Run, document: str, data_folder: Path, database_url: str, database: Database
) -> None:
    with bind("127.0.0.1", 0) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        wanted = settings(data_folder, database_url=database_url)
        service = Service.build(wanted, encoder=HashedWords(), url=url)
        with served(create_app(service), bound=bound):
            erased = run("erase", "--collection", "default", "--document", document)

    assert erased.exit_code == 0, erased.output
    (line,) = AuditLog(database.engine).lines()
    assert (line.deed.action, line.deed.who) == ("document.erase", "operator")
