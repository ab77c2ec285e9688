"""The client against a real HTTP server that plays scripted replies."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from answer.answers import Usage
from answer.model.breaker import CircuitBreaker
from answer.model.completion import Completion
from answer.model.deadline import Deadline
from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.model.request import ChatRequest
from answer.stop import Stop
from index.errors import AnswerCancelled, VlmUnavailable
from tests.scripted_model import Play, ScriptedModel, chunk, failing, streamed, whole
from tests.tiny import wait_for

ASKED = ChatRequest([{"role": "user", "content": "How many?"}], 50, {"type": "object"})
LIMIT_S = 20.0  # far more than anything here takes; far less than a stall
Connect = Callable[..., ChatEndpoint]


@pytest.fixture
def connect(model: ScriptedModel) -> Iterator[Connect]:
    opened: list[ChatEndpoint] = []

    def make(breaker: CircuitBreaker | None = None, **limits: float) -> ChatEndpoint:
        calls = CallLimits(**limits)  # type: ignore[arg-type]  # max_retries is whole
        opened.append(ChatEndpoint(model.url, "tiny", "key", limits=calls, breaker=breaker))
        return opened[-1]

    yield make
    for endpoint in opened:
        endpoint.close()


def ask(endpoint: ChatEndpoint, timeout_s: float = LIMIT_S) -> tuple[list[str], Completion]:
    *texts, last = endpoint.stream(ASKED, Deadline.after(timeout_s), Stop())
    assert isinstance(last, Completion)
    return [text for text in texts if isinstance(text, str)], last


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """Every test ends long before a stalled server would let it."""
    started = time.monotonic()
    yield
    assert time.monotonic() - started < LIMIT_S


def test_warming_imports_the_sdk_and_asks_nothing(model: ScriptedModel) -> None:
    endpoint = ChatEndpoint(model.url, "tiny")

    endpoint.warm()

    wait_for(lambda: endpoint._client is not None)  # noqa: SLF001  nothing else tells it
    assert model.asked == []
    endpoint.close()


def test_a_reply_comes_in_pieces_and_then_whole(model: ScriptedModel, connect: Connect) -> None:
    model.plays(streamed("It has seven arches.", size=5))

    texts, completion = ask(connect())

    assert texts == ["It ha", "s sev", "en ar", "ches."]
    assert completion == Completion("It has seven arches.", Usage(900, 30))
    (asked,) = model.asked
    assert asked["path"] == "/v1/chat/completions"
    assert (asked["model"], asked["stream"], asked["temperature"]) == ("tiny", True, 0)
    assert asked["response_format"]["type"] == "json_schema"


def test_a_server_that_does_not_stream_is_understood(
    model: ScriptedModel, connect: Connect
) -> None:
    model.plays(whole("Seven."))

    assert ask(connect()) == ([], Completion("Seven.", Usage(900, 30)))


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_status_is_unavailable(
    model: ScriptedModel, connect: Connect, status: int
) -> None:
    model.plays(failing(status))

    with pytest.raises(VlmUnavailable, match=str(status)):
        ask(connect(max_retries=0))


def test_a_failed_call_is_tried_again(model: ScriptedModel, connect: Connect) -> None:
    model.plays(failing(500, retry_after="0"), failing(429, retry_after="0"), streamed("Seven."))

    assert ask(connect())[1].text == "Seven."
    assert len(model.asked) == 3


def test_tries_end_with_their_number(model: ScriptedModel, connect: Connect) -> None:
    model.plays(failing(500, retry_after="0"))

    with pytest.raises(VlmUnavailable, match="500"):
        ask(connect(max_retries=2))
    assert len(model.asked) == 3


def test_a_wait_that_the_endpoint_asks_for_is_kept(model: ScriptedModel, connect: Connect) -> None:
    model.plays(failing(429, retry_after="1"), streamed("Seven."))
    started = time.monotonic()

    assert ask(connect())[1].text == "Seven."
    assert time.monotonic() - started >= 1


def test_a_wait_beyond_the_deadline_is_not_begun(model: ScriptedModel, connect: Connect) -> None:
    model.plays(failing(429, retry_after="30"), streamed("Seven."))

    with pytest.raises(VlmUnavailable, match="429"):
        ask(connect(), timeout_s=25)
    assert len(model.asked) == 1


def test_silence_before_the_first_byte_is_tried_again(
    model: ScriptedModel, connect: Connect
) -> None:
    model.plays(Play(before_s=60), Play(stalls=True), streamed("Seven."))

    assert ask(connect(silence_s=0.3))[1].text == "Seven."
    assert len(model.asked) == 3


def test_silence_after_the_first_byte_is_the_end(model: ScriptedModel, connect: Connect) -> None:
    model.plays(Play(pieces=[chunk("It")], stalls=True), streamed("Seven."))

    with pytest.raises(VlmUnavailable, match=r"silent for longer than 0\.3 s"):
        ask(connect(silence_s=0.3))
    assert len(model.asked) == 1


def test_a_connection_that_breaks_in_the_reply_is_the_end(
    model: ScriptedModel, connect: Connect
) -> None:
    model.plays(Play(pieces=[chunk("It")], breaks=True), streamed("Seven."))

    with pytest.raises(VlmUnavailable):
        ask(connect())
    assert len(model.asked) == 1


def test_a_reply_that_drips_on_ends_with_the_deadline(
    model: ScriptedModel, connect: Connect
) -> None:
    model.plays(Play(pieces=[chunk("x")] * 600, between_s=0.1))

    with pytest.raises(VlmUnavailable, match=r"longer than 1 s"):
        ask(connect(), timeout_s=1)


@pytest.mark.parametrize("status", [200, 500])
def test_ten_megabytes_are_not_taken_for_a_reply(
    model: ScriptedModel, connect: Connect, status: int
) -> None:
    model.plays(Play(status, [b"x" * 2**20] * 10))

    with pytest.raises(VlmUnavailable):
        ask(connect(max_retries=0))


def test_an_endpoint_that_is_not_there_is_unavailable() -> None:
    nobody = ChatEndpoint("http://127.0.0.1:9/v1", "tiny", limits=CallLimits(max_retries=0))

    with pytest.raises(VlmUnavailable, match="cannot be reached"):
        ask(nobody)
    nobody.close()


def test_a_schema_that_is_refused_is_left_out_from_then_on(
    model: ScriptedModel, connect: Connect
) -> None:
    model.plays(failing(400, "response_format is not supported"), streamed("Seven."))
    endpoint = connect()

    ask(endpoint)
    ask(endpoint)

    has_schema = ["response_format" in asked for asked in model.asked]
    assert has_schema == [True, False, False]


def test_a_schema_that_was_not_at_fault_is_asked_for_again(
    model: ScriptedModel, connect: Connect
) -> None:
    model.plays(failing(400, "too long"), failing(400, "too long"), streamed("Seven."))
    endpoint = connect()

    with pytest.raises(VlmUnavailable, match="400"):
        ask(endpoint)
    ask(endpoint)

    has_schema = ["response_format" in asked for asked in model.asked]
    assert has_schema == [True, False, True]


def test_an_endpoint_that_keeps_failing_is_left_alone_and_then_probed(
    model: ScriptedModel, connect: Connect
) -> None:
    now = [0.0]
    breaker = CircuitBreaker(failures=2, rest_s=30.0, clock=lambda: now[0])
    endpoint = connect(breaker, max_retries=0)
    model.plays(failing(500), failing(500), streamed("Seven."))
    for _ in range(2):
        with pytest.raises(VlmUnavailable, match="500"):
            ask(endpoint)

    with pytest.raises(VlmUnavailable, match="left alone for 30 s more"):
        ask(endpoint)
    assert len(model.asked) == 2
    now[0] = 30.0
    assert ask(endpoint)[1].text == "Seven."


def test_what_is_wrong_with_a_request_does_not_speak_against_the_endpoint(
    model: ScriptedModel, connect: Connect
) -> None:
    endpoint = connect(CircuitBreaker(failures=1), max_retries=0)
    model.plays(failing(401), streamed("Seven."))

    with pytest.raises(VlmUnavailable, match="401"):
        ask(endpoint)

    assert ask(endpoint)[1].text == "Seven."


@pytest.mark.parametrize("play", [Play(before_s=60), Play(pieces=[chunk("It")], stalls=True)])
def test_a_stop_from_another_thread_lets_go_of_the_endpoint_within_a_second(
    model: ScriptedModel, connect: Connect, play: Play
) -> None:
    model.plays(play)
    stop = Stop()
    threading.Timer(0.5, stop.set).start()

    with pytest.raises(AnswerCancelled):
        list(connect().stream(ASKED, Deadline.after(LIMIT_S), stop))

    assert model.has_left.wait(1)


def test_a_reply_that_is_not_read_on_lets_go_of_the_endpoint(
    model: ScriptedModel, connect: Connect
) -> None:
    model.plays(Play(pieces=[chunk("It")], stalls=True))
    reading = connect().stream(ASKED, Deadline.after(LIMIT_S), Stop())

    assert next(reading) == "It"
    reading.close()  # type: ignore[attr-defined]  # it is a generator

    assert model.has_left.wait(1)


def test_an_endpoint_may_be_closed_while_it_is_asked_and_asked_again(
    model: ScriptedModel, connect: Connect
) -> None:
    model.plays(Play(pieces=[chunk("It")], stalls=True), streamed("Seven."))
    endpoint = connect()
    reading = endpoint.stream(ASKED, Deadline.after(LIMIT_S), Stop())
    next(reading)

    endpoint.close()
    with pytest.raises(AnswerCancelled):
        next(reading)

    assert ask(endpoint)[1].text == "Seven."
