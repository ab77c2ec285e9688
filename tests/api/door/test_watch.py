import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.service import Service
from api.telemetry.logs import JsonLines, TextLines
from tests.api.telemetry.test_metrics import CANARY, DAMS
from tests.serving import HERE
from tests.tiny import wait_for

ACCESS = "pagesight.access"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged at INFO, as lines of JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    for name in (ACCESS, "api.problems"):  # import-linter, in another test, turns loggers off
        logging.getLogger(name).disabled = False
    root, level = logging.getLogger(), logging.getLogger().level
    asking = logging.getLogger("httpx2")  # the test's own client
    asking.setLevel(logging.WARNING)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)
    asking.setLevel(logging.NOTSET)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service), base_url=HERE, raise_server_exceptions=False) as opened:
        opened.post("/v1/collections", json={"name": "default"})
        yield opened


def lines(log: io.StringIO, logger: str = ACCESS) -> list[dict[str, Any]]:
    read = [json.loads(line) for line in log.getvalue().splitlines()]
    return [line for line in read if line["logger"] == logger]


def test_a_request_keeps_the_id_that_it_brings(client: TestClient) -> None:
    answered = client.get("/v1/collections", headers={"X-Request-ID": "shop-42.a_b"})

    assert answered.headers["x-request-id"] == "shop-42.a_b"


@pytest.mark.parametrize("brought", ["", "a b", "x" * 65, "a\tb", "<script>"])
def test_a_request_with_no_sane_id_gets_one(client: TestClient, brought: str) -> None:
    given = client.get("/livez", headers={"X-Request-ID": brought}).headers["x-request-id"]

    assert given != brought
    assert len(given) == 32


def test_a_problem_says_the_id_of_its_request(client: TestClient) -> None:
    answered = client.get("/v1/collections/none", headers={"X-Request-ID": "mine"})

    assert answered.status_code == 404
    assert answered.json()["request_id"] == "mine"


def test_a_failure_that_nobody_thought_of_says_the_id_that_the_log_has(
    client: TestClient, log: io.StringIO
) -> None:
    client.app.state.desk = None  # type: ignore[attr-defined]
    answered = client.get("/v1/collections/default/documents", headers={"X-Request-ID": "broken-1"})

    assert answered.status_code == 500
    assert answered.json()["request_id"] == answered.headers["x-request-id"] == "broken-1"
    told = lines(log, "api.problems")[0]
    assert (told["level"], told["request_id"]) == ("error", "broken-1")
    assert "AttributeError" in told["exception"]


def test_each_request_has_one_line(client: TestClient, log: io.StringIO) -> None:
    client.get("/v1/collections/default/documents", headers={"X-Request-ID": "a"})
    client.get("/nowhere", headers={"X-Request-ID": "b"})
    client.get("/livez")
    first, second = lines(log)

    assert first["ms"] >= 0
    assert {name: first[name] for name in ("level", "event", "request_id")} == {
        "level": "info",
        "event": "request",
        "request_id": "a",
    }
    assert (first["method"], first["route"], first["status"]) == (
        "GET",
        "/v1/collections/{collection}/documents",
        200,
    )
    assert (second["route"], second["status"], second["request_id"]) == ("unmatched", 404, "b")


def test_a_whole_session_leaves_no_word_of_documents_or_questions_in_the_log(
    client: TestClient, log: io.StringIO
) -> None:
    documents = "/v1/collections/default/documents"
    taken = client.post(
        documents,
        files={"file": (f"{CANARY}.pdf", DAMS)},
        data={"metadata": json.dumps({"about": CANARY})},
    ).json()
    job = f"/v1/jobs/{taken['job']['id']}"
    wait_for(lambda: client.get(job).json()["state"] == "done")
    page = f"{documents}/{taken['document']['id']}/pages/2"
    asked = {"query": f"Where is the {CANARY} island?"}
    for path in ("search", "answers", "answers?stream=1"):
        assert client.post(f"/v1/collections/default/{path}", json=asked).status_code == 200
    assert client.get(f"{page}/heatmap", params=asked).status_code == 200
    client.post("/v1/collections/default/search", json={"query": CANARY, "limit": CANARY})
    client.post(documents, files={"file": (f"{CANARY}.txt", CANARY.encode())})
    client.delete(f"{documents}/{taken['document']['id']}")

    assert len(lines(log)) > 8
    assert CANARY not in log.getvalue()


def test_text_lines_have_the_fields_too() -> None:
    record = logging.makeLogRecord({"msg": "job put back", "levelname": "INFO", "job": "7"})

    assert TextLines("%(levelname)s %(message)s").format(record) == "INFO job put back job=7"


def test_what_libraries_hang_on_a_record_is_not_told() -> None:
    record = logging.makeLogRecord({"msg": "done", "args": (), "task": {"name": CANARY}})

    assert CANARY not in JsonLines().format(record)
