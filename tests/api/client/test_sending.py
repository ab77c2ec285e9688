import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.responses import Response

from api.client.failures import (
    JobStillRuns,
    KeyRejected,
    RateLimited,
    RemoteError,
    RemoteNotFound,
    RemoteUnavailable,
    ScopeMissing,
)
from api.extraction.bodies import ExtractRequest
from api.schemas import DocumentBody, JobBody, JobRef, Upload
from index.errors import InvalidRequest, Unavailable
from tests.api.client.conftest import Invoke
from tests.api.client.scripted_server import ScriptedServer, busy, problem

FOUND = Response('{"hits": [], "timings": {}}', media_type="application/json")
DOCUMENT = DocumentBody(id="d", name="n", state="queued", pages=0, error=None, metadata={})
TAKEN = Response(Upload(document=DOCUMENT, job=JobRef(id="j")).model_dump_json(), 202)
GONE = Response(status_code=204)


class Pipe(io.RawIOBase):
    """Bytes that can be read once."""

    def __init__(self, content: bytes) -> None:
        self._left = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._left.read(size)


def test_the_key_goes_with_every_request(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(FOUND)
    invoke(server.url, "search", "default", "How tall?")

    (asked,) = server.asked
    assert asked.headers["authorization"] == "Bearer ps_1_secret"
    assert asked.headers["content-type"] == "application/json"
    assert b'"query":"How tall?"' in asked.body


def test_no_part_of_an_address_leads_elsewhere(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(GONE)
    invoke(server.url, "delete_document", "a", "../../b?x=1")

    (asked,) = server.asked
    assert asked.path == "/v1/collections/a/documents/..%2F..%2Fb%3Fx%3D1"


@pytest.mark.parametrize("document", ["", ".", ".."])
def test_an_id_that_would_name_what_is_above_it_is_not_sent(
    server: ScriptedServer, invoke: Invoke, document: str
) -> None:
    server.answers_with(GONE)

    with pytest.raises(InvalidRequest, match="nothing on a server is called"):
        invoke(server.url, "delete_document", "a", document)
    assert server.asked == []


def test_a_busy_server_is_asked_again_after_the_time_it_names(
    server: ScriptedServer, invoke: Invoke
) -> None:
    server.answers_with(problem(429, "rate_limited", retry_after="0"), *busy(1), FOUND)

    assert invoke(server.url, "search", "default", "How tall?").hits == []
    assert len(server.asked) == 3


def test_patience_ends(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(*busy(1))

    with pytest.raises(RemoteUnavailable, match="told unavailable") as caught:
        invoke(server.url, "job", "j")
    assert len(server.asked) == 4
    told = caught.value
    assert (told.code, told.status, told.request_id) == ("unavailable", 503, "r1")


def test_a_wait_that_is_too_long_is_not_waited_for(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(problem(429, "quota", retry_after="3600"))

    with pytest.raises(RateLimited) as caught:
        invoke(server.url, "job", "j")
    assert len(server.asked) == 1
    assert caught.value.retry_after_s == 3600


@pytest.mark.parametrize("kind", ["path", "bytes", "stream"])
def test_an_upload_is_repeated_whole_under_one_name_of_its_own(
    server: ScriptedServer, invoke: Invoke, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "dams.pdf"
    path.write_bytes(b"%PDF" + b"x" * 100_000)
    with path.open("rb") as stream:
        source = {"path": path, "bytes": path.read_bytes(), "stream": stream}[kind]
        server.answers_with(*busy(2), TAKEN)
        taken = invoke(server.url, "upload", "default", source, name="d.pdf", metadata={"y": 1})

    assert taken.job.id == "j"
    assert len(server.asked) == 3
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 1
    for asked in server.asked:
        assert path.read_bytes() in asked.body
        assert b'filename="d.pdf"' in asked.body
        assert b'{"y": 1}' in asked.body


def test_two_uploads_have_two_names(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(TAKEN)
    for _ in range(2):
        invoke(server.url, "upload", "default", b"%PDF")

    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 2


def test_what_can_be_read_once_is_sent_once(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(*busy(1))

    with pytest.raises(RemoteUnavailable):
        invoke(server.url, "upload", "default", Pipe(b"%PDF once"))
    (asked,) = server.asked
    assert b"%PDF once" in asked.body


@pytest.mark.parametrize(
    ("method", "request_body"),
    [("ask", "How tall?"), ("extract", ExtractRequest(fields={"type": "object"}))],
)
def test_what_asks_a_model_is_asked_once(
    server: ScriptedServer, invoke: Invoke, method: str, request_body: object
) -> None:
    hit = '{"document": "d", "name": "n", "page": 2, "score": 1, "relevance": 1, '
    hit += '"arms": {}, "regions": []}'
    server.answers_with(
        problem(503, "vlm_unavailable", retry_after="0", more=f', "pages": [{hit}]')
    )

    with pytest.raises(RemoteUnavailable) as caught:
        invoke(server.url, method, "default", request_body)
    assert len(server.asked) == 1
    assert [page.page for page in caught.value.pages] == [2]


@pytest.mark.parametrize(
    ("status", "kind"), [(401, KeyRejected), (403, ScopeMissing), (404, RemoteNotFound)]
)
def test_a_refusal_is_raised_as_what_it_is(
    server: ScriptedServer, invoke: Invoke, status: int, kind: type[RemoteError]
) -> None:
    server.answers_with(problem(status, "some_code"))

    with pytest.raises(kind) as caught:
        invoke(server.url, "collections")
    assert (caught.value.code, caught.value.status) == ("some_code", status)
    assert len(server.asked) == 1


@pytest.mark.parametrize("body", ["<h1>Bad gateway</h1>", "[]", "{}", '{"code": 1}'])
def test_what_is_no_problem_is_told_by_its_status(
    server: ScriptedServer, invoke: Invoke, body: str
) -> None:
    server.answers_with(Response(body, 502))

    with pytest.raises(RemoteError, match="HTTP 502 from http") as caught:
        invoke(server.url, "collections")
    assert caught.value.code == "http_error"


def test_every_page_of_a_list_is_read(server: ScriptedServer, invoke: Invoke) -> None:
    document = DOCUMENT.model_dump_json()
    server.answers_with(
        Response(f'{{"documents": [{document}], "next": "a"}}'),
        Response(f'{{"documents": [{document}, {document}], "next": null}}'),
    )

    assert len(invoke(server.url, "all_documents", "default", state="ready")) == 3
    assert [asked.path.partition("?")[2] for asked in server.asked] == [
        "state=ready&limit=100",
        "state=ready&limit=100&cursor=a",
    ]


def job(state: str) -> Response:
    body = JobBody.model_validate(
        {
            "id": "j",
            "document": "d",
            "state": state,
            "stage": "",
            "pages_done": 1,
            "pages_total": 2,
            "attempts": 1,
            "error": None,
        }
    )
    return Response(body.model_dump_json())


def test_a_job_is_waited_for(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(job("queued"), job("running"), job("failed"))

    assert invoke(server.url, "wait_for_job", "j", poll_s=0.01).state == "failed"


def test_waiting_for_a_job_ends(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(job("running"))

    with pytest.raises(JobStillRuns, match=r"running after 0\.05 s, 1 of 2 pages done"):
        invoke(server.url, "wait_for_job", "j", timeout_s=0.05, poll_s=0.02)


def test_the_events_of_a_job_are_read_and_gone_on_with(
    server: ScriptedServer, invoke: Invoke
) -> None:
    page = '{"page": 1, "state": "ready", "word_source": "ocr", "engine": "pdfium", '
    page += '"n_words": 3, "n_rows": 3, "flags": [], "error": null}'
    told = bytes(job("done").body).decode()
    server.answers_with(
        Response(
            f": ping\n\nid: 7\nevent: page\ndata: {page}\n\nevent: later\ndata: 1\n\n"
            f"id: 8\nevent: done\ndata: {told}\n\n",
            media_type="text/event-stream",
        )
    )
    events = invoke(server.url, "job_events", "j", after="6")

    assert [(event.name, event.id) for event in events] == [("page", "7"), ("done", "8")]
    assert events[1].body.state == "done"
    assert server.asked[0].headers["last-event-id"] == "6"


def test_an_error_among_the_events_is_raised(server: ScriptedServer, invoke: Invoke) -> None:
    told = bytes(problem(503, "database_unavailable").body).decode()
    server.answers_with(Response(f"event: error\ndata: {told}\n\n"))

    with pytest.raises(RemoteUnavailable, match="told database_unavailable"):
        invoke(server.url, "job_events", "j")


def test_a_stream_that_is_refused_is_raised(server: ScriptedServer, invoke: Invoke) -> None:
    server.answers_with(problem(404, "collection_not_found"))

    with pytest.raises(RemoteNotFound):
        invoke(server.url, "ask_stream", "none", "How tall?")


@contextmanager
def hanging_up(answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that hangs up on the first request, and answers the second."""
    seen: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            for reply in (b"", answers):
                try:
                    taken, _ = listening.accept()
                except OSError:
                    return
                with taken:
                    seen.append(taken.recv(65536))
                    taken.sendall(reply)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", seen
        listening.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_lost_connection_is_tried_again(invoke: Invoke) -> None:
    with hanging_up(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]") as (url, seen):
        assert invoke(url, "collections") == []
    assert len(seen) == 2


def test_a_delete_that_may_have_arrived_is_not_sent_again(invoke: Invoke) -> None:
    with hanging_up(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n") as (url, seen):
        with pytest.raises(Unavailable, match="does not answer"):
            invoke(url, "delete_document", "a", "b")
        assert len(seen) == 1


def test_a_server_that_is_not_there_is_unavailable(invoke: Invoke) -> None:
    with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1.* does not answer"):
        invoke("http://127.0.0.1:1", "collections")
