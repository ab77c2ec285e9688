import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner, Result

from api.cli import COMMANDS, pagesight
from api.ownership import find_owner
from index.devices import is_cuda_available
from tests.command_line import run
from tests.faults.processes import Server, server
from tests.scripted_model import ScriptedModel, reply, streamed
from tests.tiny import pdf, wait_for

ROOT = Path(__file__).parents[2]
DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island in the lake")


def pagesight_here(*args: str) -> Result:
    return CliRunner().invoke(pagesight, [str(arg) for arg in args])


def printed(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert done.stdout, done.stderr
    body: dict[str, Any] = json.loads(done.stdout)
    return body


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that `pagesight ingest` filled, one good and one bad file."""
    folder = tmp_path_factory.mktemp("cli")
    (folder / "files").mkdir()
    (folder / "files" / "dams.pdf").write_bytes(DAMS)
    (folder / "files" / "notes.txt").write_text("no document")
    done = run(
        "ingest", folder / "files", "--json", "--metadata", "year=2024", data=folder / "data"
    )
    assert done.returncode == 3, done.stderr
    (folder / "report.json").write_text(done.stdout)
    return folder


def test_help_is_quick_and_loads_no_model() -> None:
    script = (
        "import sys, click.testing, api.cli as cli;"
        "done = click.testing.CliRunner().invoke(cli.pagesight, ['--help']);"
        "assert done.exit_code == 0, done.output;"
        "heavy = {'torch', 'transformers', 'fastapi', 'sqlalchemy', 'qdrant_edge', 'numpy'};"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=ROOT, check=False)  # noqa: S603  our own program
    assert done.returncode == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str) -> None:
    done = pagesight_here(name, "--help")
    assert done.exit_code == 0
    assert "Usage: " in done.output
    assert COMMANDS[name][1] in pagesight_here("--help").output.replace("\n             ", " ")


def test_no_command_loads_torch_before_it_works() -> None:
    script = "import sys; from api.cli import *; [importlib.import_module(m) for m, _ in COMMANDS.values()]; sys.exit('torch' in sys.modules)"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False)  # noqa: S603
    assert done.returncode == 0


@pytest.mark.skipif(is_cuda_available(), reason="there is a CUDA device here, which torch finds")
def test_choosing_what_scores_loads_no_torch_where_there_is_no_driver(tmp_path: Path) -> None:
    script = (
        "import sys, click.testing, api.cli as cli;"
        "told = ['doctor', '--data', sys.argv[1]];"
        "done = click.testing.CliRunner().invoke(cli.pagesight, told);"
        "assert done.exit_code == 0, done.output;"
        "assert 'torch' not in sys.modules"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603


@pytest.mark.parametrize(
    "args",
    [
        ["fly"],
        ["search"],
        ["search", "a", "--limit", "0"],
        ["search", "a", "--pages", "one"],
        ["search", "a", "--pages", "3-2x"],
        ["ingest", "absent.pdf"],
        ["serve", "--port", "99999"],
        ["documents", "burn"],
        ["search", ""],
        ["search", "x" * 2001],
    ],
    ids=" ".join,
)
def test_a_usage_error_exits_with_two(args: list[str], tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)] if args[0] == "search" else []
    done = pagesight_here(*args, *data)
    assert done.exit_code == 2, done.output
    assert isinstance(done.exception, SystemExit)


def test_a_setting_that_makes_no_sense_exits_with_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGESIGHT_MAX_PAGES", "none")
    done = pagesight_here("search", "heron")
    assert done.exit_code == 2
    assert "max_pages" in done.output


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["worker"], "PAGESIGHT_VECTORS"),
        (["serve", "--host", "0.0.0.0"], "without a key only"),  # noqa: S104  refused
        (["search", "a", "--where", "year"], "field=value"),
        (["search", "a", "--url", "http://127.0.0.1:1"], "does not answer"),
    ],
)
def test_an_error_exits_with_one_and_says_a_sentence(
    args: list[str], told: str, tmp_path: Path
) -> None:
    done = pagesight_here(*args, "--data", str(tmp_path))
    assert done.exit_code == 1
    assert told in " ".join(done.output.split())
    assert isinstance(done.exception, SystemExit)


def test_a_port_that_is_taken_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = pagesight_here("serve", "--port", str(port), "--data", str(tmp_path / "data"))
    assert done.exit_code == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in done.output
    assert not (tmp_path / "data").exists()


def test_ingest_reports_each_document_and_exits_with_three_when_one_failed(filled: Path) -> None:
    report = json.loads((filled / "report.json").read_text())
    states = {document["name"]: document for document in report["documents"]}
    assert set(report) == {"documents", "rejected"}
    assert states["dams.pdf"]["state"] == "ready"
    assert states["dams.pdf"]["metadata"] == {"year": 2024}
    assert states["notes.txt"]["error"]["code"] == "not_a_document"


def test_search_prints_the_shape_of_the_contract(filled: Path) -> None:
    body = printed(run("search", "Where do herons nest?", "--json", data=filled / "data"))
    hit = body["hits"][0]
    assert (hit["name"], hit["page"]) == ("dams.pdf", 2)
    assert {"document", "name", "page", "score", "relevance", "arms", "regions"} <= set(hit)
    assert hit["warnings"] == []
    assert set(hit["regions"][0]) == {"box", "score", "text"}
    assert len(hit["regions"][0]["box"]) == 4


def test_ask_prints_the_shape_of_the_contract(filled: Path) -> None:
    body = printed(run("ask", "How tall is the dam?", "--json", data=filled / "data"))
    assert {"answer", "refused", "grounded", "citations", "usage", "timings"} <= set(body)
    assert not body["refused"]
    assert {"document", "name", "page", "box", "quote"} <= set(body["citations"][0])


def test_ask_says_which_quote_was_not_found_and_why_to_look_twice(
    filled: Path, model: ScriptedModel
) -> None:
    model.plays(streamed(reply(("Two herons.", [("P1", "two herons were counted")]))))
    asked = {"PAGESIGHT_VLM_URL": model.url, "PAGESIGHT_VLM_MODEL": "tiny"}

    told = run("ask", "How many herons are there?", data=filled / "data", **asked).stdout

    assert told.startswith("Two herons.")
    assert "quote not found there" in told
    assert "models miscount" in told


def test_a_dry_run_of_ask_prints_the_plan_and_asks_no_model(filled: Path) -> None:
    model = {"PAGESIGHT_VLM_URL": "http://127.0.0.1:9/v1", "PAGESIGHT_VLM_MODEL": "tiny"}
    asked = ("ask", "How tall is the dam?", "--limit", "1", "--dry-run")
    told = run(*asked, data=filled / "data", **model).stdout
    first, page = told.splitlines()
    assert re.fullmatch(r"tiny would read about \d+ of 8000 tokens:", first), told
    assert re.fullmatch(r"  dams\.pdf, page 1: whole \d+ x \d+ px, \d+ tokens", page), told
    body = printed(run(*asked, "--json", data=filled / "data"))
    assert (body["model"], body["estimated_input_tokens"]) == ("extractive", 0)


def test_documents_are_listed_shown_and_missed(filled: Path) -> None:
    data = filled / "data"
    listed = printed(run("documents", "list", "--json", data=data))
    assert set(listed) == {"documents", "next"}
    by_name = {document["name"]: document for document in listed["documents"]}
    assert set(by_name["dams.pdf"]) == {"id", "name", "state", "pages", "error", "metadata"}
    shown = run("documents", "show", by_name["dams.pdf"]["id"], data=data)
    assert "year: 2024" in shown.stdout
    missing = run("documents", "show", "no-id", data=data)
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.startswith("not_found: ")


def test_a_document_is_changed_and_found_by_its_new_name(filled: Path) -> None:
    data = filled / "data"
    (failed,) = printed(run("documents", "list", "--state", "failed", "--json", data=data))[
        "documents"
    ]
    words = ("--name", "remarks.txt", "--metadata", "year=1999")
    changed = printed(run("documents", "change", failed["id"], *words, "--json", data=data))
    assert (changed["name"], changed["metadata"]) == ("remarks.txt", {"year": 1999})
    listed = run("documents", "list", "--name", "rem*", data=data).stdout
    assert "remarks.txt" in listed
    assert "dams.pdf" not in listed


def test_jobs_are_listed_shown_and_tried_again(filled: Path) -> None:
    data = filled / "data"
    jobs = printed(run("jobs", "list", "--json", data=data))["jobs"]
    (done,) = (job for job in jobs if job["state"] == "done")
    failed = next(job for job in jobs if job["state"] == "failed")
    pages = printed(run("jobs", "show", done["id"], "--pages", "--json", data=data))["pages"]
    assert [(page["page"], page["state"]) for page in pages] == [(1, "ready"), (2, "ready")]
    again = printed(run("jobs", "retry", failed["id"], "--json", data=data))
    assert (again["state"], again["error"]["code"]) == ("failed", "not_a_document")
    refused = run("jobs", "cancel", done["id"], data=data)
    assert (refused.returncode, refused.stderr[:14]) == (1, "job_not_open: ")


@pytest.fixture
def running(filled: Path) -> Iterator[Server]:
    """A server that owns the folder."""
    with server(filled / "data") as started:
        started.start()
        yield started


def is_gone(process: psutil.Process) -> bool:
    """Whether a process has ended, reaped by its parent or not."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_server_does_the_command_lines_work_and_ends_clean_when_terminated(
    running: Server, tmp_path: Path
) -> None:
    owner = find_owner(running.folder)
    assert owner is not None
    assert owner.pid == running.process.pid
    (tmp_path / "served.pdf").write_bytes(pdf("Otters swim by night"))
    done = run("ingest", tmp_path / "served.pdf", "--json", data=running.folder)
    assert done.returncode == 0, done.stderr
    body = printed(run("search", "When do otters swim?", "--json", data=running.folder))
    assert body["hits"][0]["name"] == "served.pdf"

    postgres = running.database()
    assert running.end() == 0
    assert find_owner(running.folder) is None
    wait_for(lambda: is_gone(postgres))


def test_a_server_that_is_terminated_sends_away_those_who_follow_a_job(running: Server) -> None:
    files = {"file": ("long.pdf", pdf(*["heron"] * 400))}
    upload = running.http.post("/v1/collections/default/documents", files=files)
    job = upload.json()["job"]["id"]
    with running.http.stream("GET", f"/v1/jobs/{job}/events") as events:
        lines = events.iter_lines()
        assert next(lines) == "event: job"
        running.signal(signal.SIGTERM)
        rest = list(lines)
    assert "event: error" in rest
    assert running.wait_until_dead() == 0


def test_a_killed_server_starts_again_with_all_it_had(running: Server) -> None:
    orphan = running.database()
    running.kill()
    running.start()
    asked = {"query": "Where do herons nest?"}
    found = running.http.post("/v1/collections/default/search", json=asked)
    assert found.json()["hits"][0]["name"] == "dams.pdf"
    assert running.end() == 0
    wait_for(lambda: is_gone(orphan))
