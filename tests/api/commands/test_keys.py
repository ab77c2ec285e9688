"""`pagesight keys`, as a person runs it, beside a server that owns the folder."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from api.app import create_app
from api.cli import pagesight
from api.commands.serve import bind
from api.service import Service
from index.catalog.database import Database
from tests.serving import served
from tests.tiny import HashedWords, pdf, settings

Run = Callable[..., Result]


@pytest.fixture
def database_url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.fixture
def address(data_folder: Path, database_url: str) -> Iterator[str]:
    """A server that wrote into the folder where it is reached."""
    with bind("127.0.0.1", 0) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        wanted = settings(data_folder, database_url=database_url)
        service = Service.build(wanted, encoder=HashedWords(), url=url)
        with served(create_app(service), bound=bound) as address:
            yield address


@pytest.fixture
def run(data_folder: Path, database_url: str) -> Run:
    runner = CliRunner(env={"PAGESIGHT_DATABASE_URL": database_url})
    return lambda *words: runner.invoke(pagesight, [*words, "--data", str(data_folder)])


def done(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def create(run: Run, *words: str) -> dict[str, object]:
    made: dict[str, object] = json.loads(done(run("keys", "create", *words, "--json")))
    return made


def status(address: str, token: object) -> int:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"{address}/v1/collections", headers=headers).status_code


def test_a_key_that_was_made_opens_a_running_server_until_it_is_revoked(
    run: Run, address: str
) -> None:
    assert status(address, "") == 200
    made = create(run, "web page", "--scope", "read", "--days", "7")
    assert (status(address, ""), status(address, made["token"])) == (401, 200)
    assert done(run("keys", "revoke", str(made["id"]))) == f"revoked {made['id']}\n"
    assert status(address, made["token"]) == 401


def test_the_command_line_reaches_its_own_server_without_a_key(
    run: Run, address: str, tmp_path: Path
) -> None:
    create(run, "somebody else")
    file = tmp_path / "a.pdf"
    file.write_bytes(pdf("words"))
    assert status(address, "") == 401
    done(run("ingest", str(file)))
    assert "a.pdf" in done(run("documents", "list"))


def test_keys_are_listed_with_their_state_and_never_with_their_secret(run: Run) -> None:
    first = create(run, "first", "--tenant", "acme", "--requests-per-minute", "60")
    second = create(run, "second")
    done(run("keys", "revoke", str(second["id"])))
    told = done(run("keys", "list"))
    assert f"{first['id']}  acme          good      first" in told
    assert "requests per minute 60" in told
    assert "revoked" in told
    assert str(first["token"]) not in told
    listed = json.loads(done(run("keys", "list", "--tenant", "acme", "--json")))
    assert [key["id"] for key in listed["keys"]] == [first["id"]]


def test_a_key_that_nobody_has_cannot_be_revoked(run: Run) -> None:
    result = run("keys", "revoke", "0")
    assert (result.exit_code, "key_not_found" in result.output) == (1, True)
