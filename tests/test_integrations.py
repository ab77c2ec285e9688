"""What docs/integrations.md tells people to run works, against a real server and a real folder."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult

from api.app import create_app
from api.mcp.server import create_server
from index.catalog.database import Database
from tests.conftest import fresh_database, open_service
from tests.faults.processes import FEW
from tests.serving import served
from tests.tiny import HashedWords, index, pdf

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
SERVER, FOLDER = "http://127.0.0.1:8080", "/srv/pagesight-data"
DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
OURS = {**FEW, "PYTHONPATH": str(ROOT)}


def blocks(language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(PAGE) if kind == language]


def entries() -> list[dict[str, Any]]:
    """What the JSON for clients says of us."""
    return [json.loads(text)["mcpServers"]["pagesight"] for text in blocks("json")]


@pytest.fixture(scope="module")
def url(
    postgres: Database, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server with the document that the page asks about."""
    with fresh_database(postgres, migrated) as database:
        service = open_service(tmp_path_factory.mktemp("data"), database, HashedWords())
        index(service, "dams.pdf", DAMS)
        with served(create_app(service, work=False)) as address:
            yield address


def run_python(snippet: str, url: str) -> str:
    done = subprocess.run(  # noqa: S603  the page's own snippets
        [sys.executable, "-W", "error", "-c", snippet.replace(SERVER, url)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def search(reached: str | StdioServerParameters) -> CallToolResult:
    async def asked() -> CallToolResult:
        async with Client(reached) as client:
            return await client.call_tool("search_pages", {"query": "How tall is the dam?"})

    return asyncio.run(asyncio.wait_for(asked(), 180))


def started(entry: dict[str, Any], **put: str) -> StdioServerParameters:
    """The process of an entry, as a client starts it, with this test's own places."""
    assert entry["command"] == "pagesight"
    args = [put.get(argument, argument) for argument in entry["args"]]
    return StdioServerParameters(command=sys.executable, args=["-m", "api.cli", *args], env=OURS)


def test_the_first_snippet_prints_what_the_page_shows(url: str) -> None:
    printed = run_python(blocks("python")[0], url).replace(url, SERVER)

    shown = next(text for text in blocks("") if "[1] dams.pdf" in text)
    assert re.sub(r"documents/[0-9a-f-]{36}/", "documents/…/", printed) == shown


def test_the_second_snippet_streams_the_same_answer(url: str) -> None:
    printed = run_python(blocks("python")[1], url)

    assert printed == "The dam is twelve metres tall\n\n[1] dams.pdf, p. 1"


def test_the_snippet_of_an_agent_finds_a_page_and_looks_at_it(url: str) -> None:
    first, *_, last = run_python(blocks("python")[2], url).splitlines()

    assert first.startswith("1. dams.pdf, page ")
    assert last == "image/jpeg"


def test_every_python_snippet_is_run_by_a_test_above() -> None:
    assert len(blocks("python")) == 3
    assert len(entries()) == 3


def test_the_entry_for_http_is_where_we_answer(url: str) -> None:
    entry = entries()[2]

    assert not search(entry["url"].replace(SERVER, url)).is_error


def test_the_entry_for_a_server_elsewhere_starts_a_process_that_asks_it(url: str) -> None:
    assert not search(started(entries()[1], **{SERVER: url})).is_error


def test_the_entry_for_a_folder_starts_a_process_that_opens_it(tmp_path: Path) -> None:
    (tmp_path / "dams.pdf").write_bytes(DAMS)
    data = str(tmp_path / "data")
    ingest = ["ingest", str(tmp_path / "dams.pdf"), "--data", data]
    subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "api.cli", *ingest], env=OURS, check=True, timeout=300
    )

    found = search(started(entries()[0], **{FOLDER: data}))

    assert not found.is_error
    assert found.structured_content
    assert found.structured_content["hits"][0]["name"] == "dams.pdf"


def test_the_page_names_the_tools_that_there_are() -> None:
    tools = asyncio.run(create_server(_no_desk).list_tools())

    told = {
        name: [parameter for parameter in listed.split(", ") if parameter]
        for name, listed in re.findall(r"^\| `(\w+)\(([\w, ]*)\)` \|", PAGE, flags=re.MULTILINE)
    }
    assert told == {tool.name: list(tool.input_schema["properties"]) for tool in tools}


def _no_desk(_: object) -> Any:
    raise AssertionError("nothing is asked")
