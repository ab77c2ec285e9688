import asyncio
import errno
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from answer.stop import Stop
from api.client.desk import RemoteDesk
from api.client.failures import RemoteError
from api.client.synchronous import PagesightClient
from api.desk import LocalDesk
from api.events import AnswerEvent, TokenBody, read_frames
from api.questions.bodies import AnswerRequest, AnswerResponse
from api.routes.live import respond
from api.service import Service
from index.catalog.database import Database
from index.errors import StorageFull
from tests.api.conftest import Serve
from tests.conftest import open_service
from tests.scripted_model import Play, ScriptedModel, chunk, failing, reply, streamed
from tests.tiny import HashedWords, index, pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
ANSWERS = "/v1/collections/default/answers"
ASKED = {"query": "How tall is the dam?"}
EVENTS = {"Accept": "text/event-stream"}
WITHOUT_TIMES: dict[str, dict[str, float]] = {"timings": {}}


@pytest.fixture
def asking(
    database: Database, data_folder: Path, model: ScriptedModel, serve: Serve
) -> Iterator[httpx.Client]:
    """A client of a server that asks the scripted model."""
    changes = {"vlm_url": model.url, "vlm_model": "tiny", "vlm_retries": 0}
    service = open_service(data_folder, database, HashedWords(), **changes)
    index(service, "dams.pdf", DAMS)
    with httpx.Client(base_url=serve(service), timeout=30) as client:
        yield client


def read(client: httpx.Client, **asked: object) -> list[AnswerEvent]:
    with client.stream("POST", ANSWERS, json=ASKED, **asked) as response:  # type: ignore[arg-type]  # httpx's own
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        return list(read_frames(response.iter_lines()))


def test_an_answer_by_quotes_streams_what_it_says_at_once(service: Service, serve: Serve) -> None:
    index(service, "dams.pdf", DAMS)
    client = httpx.Client(base_url=serve(service), timeout=30)

    events = read(client, headers=EVENTS)

    assert [event.name for event in events] == ["pages", "token", "citations", "done"]
    assert events[1].body == TokenBody(sentence=0, text="The dam is twelve metres tall")
    done = events[-1].body
    assert isinstance(done, AnswerResponse)
    whole = AnswerResponse.model_validate(client.post(ANSWERS, json=ASKED).json())
    assert done.model_copy(update=WITHOUT_TIMES) == whole.model_copy(update=WITHOUT_TIMES)
    assert done.sentences[0].citations == [0]
    assert done.citations[0].verified
    assert {"first_token", "answer"} <= set(done.timings) & set(whole.timings)
    client.close()


def test_a_stream_may_be_asked_for_in_the_address(
    asking: httpx.Client, model: ScriptedModel
) -> None:
    model.plays(streamed(reply(("Twelve.", [("P1", "twelve metres")]))))

    names = [event.name for event in read(asking, params={"stream": 1})]

    assert names == ["pages", "token", "citations", "done"]


def test_pages_and_sentences_come_while_the_model_still_writes(
    asking: httpx.Client, model: ScriptedModel
) -> None:
    begun = '{"answerable": true, "sentences": [{"text": "It is twelve metres tall.", '
    model.plays(Play(pieces=[chunk(begun)], stalls=True))

    with asking.stream("POST", ANSWERS, json=ASKED, headers=EVENTS) as response:
        events = read_frames(response.iter_lines())
        first, second = next(events), next(events)

    assert first.name == "pages"
    assert second.body == TokenBody(sentence=0, text="It is twelve metres tall.")


@pytest.mark.parametrize("play", [Play(before_s=60), Play(pieces=[chunk("{")], stalls=True)])
def test_the_model_is_let_go_within_a_second_of_the_reader_of_a_stream(
    asking: httpx.Client, model: ScriptedModel, play: Play
) -> None:
    model.plays(play)

    with asking.stream("POST", ANSWERS, json=ASKED, headers=EVENTS) as response:
        events = read_frames(response.iter_lines())
        assert next(events).name == "pages"
        wait_until_asked(model)

    assert model.has_left.wait(1)


def test_the_model_is_let_go_within_a_second_of_one_who_waits_for_the_whole(
    asking: httpx.Client, model: ScriptedModel
) -> None:
    model.plays(Play(before_s=60))

    with pytest.raises(httpx.ReadTimeout):
        asking.post(ANSWERS, json=ASKED, timeout=1.5)

    assert model.asked
    assert model.has_left.wait(1)


def wait_until_asked(model: ScriptedModel) -> None:
    deadline = time.monotonic() + 20
    while not model.asked and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_model_that_is_down_is_a_problem_with_the_pages(
    asking: httpx.Client, model: ScriptedModel
) -> None:
    model.plays(failing(500))

    answered = asking.post(ANSWERS, json=ASKED)

    assert answered.status_code == 503
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.headers["retry-after"]
    body = answered.json()
    assert body["code"] == "vlm_unavailable"
    assert {page["page"] for page in body["pages"]} == {1, 2}
    assert body["pages"][0]["regions"][0]["text"]


def test_in_a_stream_a_model_that_is_down_is_an_error_after_the_pages(
    asking: httpx.Client, model: ScriptedModel
) -> None:
    model.plays(failing(500))

    events = read(asking, headers=EVENTS)

    assert [event.name for event in events] == ["pages", "error"]
    assert "vlm_unavailable" in events[1].body.model_dump_json()


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/collections/none/answers", ASKED, 404),
        (ANSWERS, {"query": " "}, 422),
        (ANSWERS, {}, 422),
    ],
)
def test_what_fails_before_the_pages_has_its_own_status(
    asking: httpx.Client, path: str, body: dict[str, str], status: int
) -> None:
    answered = asking.post(path, json=body, headers=EVENTS)

    assert answered.status_code == status
    assert answered.headers["content-type"] == "application/problem+json"


def test_a_server_far_away_tells_the_same_events(service: Service, serve: Serve) -> None:
    index(service, "dams.pdf", DAMS)
    remote, local = RemoteDesk.connect(serve(service)), LocalDesk(service)
    request = AnswerRequest(query="How tall is the dam?")

    told, here = (list(desk.ask_stream("default", request)) for desk in (remote, local))

    assert [event.name for event in told] == ["pages", "token", "citations", "done"]
    assert told[1:3] == here[1:3]
    with pytest.raises(RemoteError, match="no collection 'none'"):
        list(remote.ask_stream("none", request))
    remote.close()


def test_an_error_in_a_stream_is_raised_at_the_other_end(
    asking: httpx.Client, model: ScriptedModel
) -> None:
    model.plays(failing(500))
    remote = RemoteDesk(PagesightClient(http=asking))

    with pytest.raises(RemoteError, match="answered 500") as caught:
        list(remote.ask_stream("default", AnswerRequest(query="How tall is the dam?")))

    assert caught.value.code == "vlm_unavailable"


def frames(told: object, ping_s: float = 30) -> tuple[int, bytes]:
    """What the response to these events is, read to its end."""

    async def read_all() -> tuple[int, bytes]:
        response = await respond(told, ping_s=ping_s)  # type: ignore[arg-type]  # tells events
        if not hasattr(response, "body_iterator"):
            return response.status_code, bytes(response.body)
        return response.status_code, b"".join([part async for part in response.body_iterator])

    return asyncio.run(read_all())


TOKEN = AnswerEvent("token", TokenBody(sentence=0, text="a\nb"))


def test_silence_is_filled_with_comments() -> None:
    def told(_: Stop) -> Iterator[AnswerEvent]:
        yield TOKEN
        time.sleep(0.5)
        yield TOKEN

    _, body = frames(told, ping_s=0.1)

    assert body.startswith(TOKEN.frame() + b": ping\n\n")
    assert body.endswith(b": ping\n\n" + TOKEN.frame())
    assert list(read_frames(body.decode().splitlines())) == [TOKEN, TOKEN]


def test_what_nobody_thought_of_is_an_error_and_never_silence() -> None:
    def told(_: Stop) -> Iterator[AnswerEvent]:
        yield TOKEN
        raise RuntimeError("a secret")

    status, body = frames(told)

    assert status == 200
    assert b"event: error\ndata: " in body
    assert b"internal_error" in body
    assert b"secret" not in body


def test_descriptors_that_run_out_in_a_stream_are_told_as_such() -> None:
    def told(_: Stop) -> Iterator[AnswerEvent]:
        yield TOKEN
        raise RuntimeError("the model was not asked") from OSError(errno.EMFILE, "none left")

    _, body = frames(told)

    assert b'"code":"overloaded"' in body
    assert b"ulimit -n" in body


def test_one_who_leaves_before_the_first_byte_ends_the_answer_too() -> None:
    ended = threading.Event()

    def told(stop: Stop) -> Iterator[AnswerEvent]:
        yield TOKEN
        with stop.calling(ended.set):
            ended.wait(20)

    async def receive() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(_: object) -> None:
        await asyncio.sleep(0)

    async def answer() -> None:
        response = await respond(told)
        await response({"type": "http"}, receive, send)

    asyncio.run(answer())
    assert ended.wait(1)


def test_a_failure_before_the_first_event_is_a_plain_problem() -> None:
    def told(_: Stop) -> Iterator[AnswerEvent]:
        raise StorageFull("the disk is full")
        yield TOKEN

    status, body = frames(told)

    assert status == 507
    assert b"storage_full" in body
