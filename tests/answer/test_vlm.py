"""Answers by a model, from a real HTTP server that plays scripted replies."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest

from answer.answers import NOT_FOUND, Answer, EvidencePage, Token, Usage
from answer.budget.cap import InputCap
from answer.budget.families import Fixed
from answer.cautions import COUNTING
from answer.model.endpoint import ChatEndpoint
from answer.vlm import UNCHECKED, Unusable, VlmClient
from index.errors import InvalidRequest, VlmUnavailable
from index.records import Box
from tests.answer.model.prompts import picture
from tests.scripted_model import ScriptedModel, failing, reply, streamed

MakePage = Callable[..., EvidencePage]
LINES = ("The bridge was opened in 1931.", "It has seven arches.")
OPENED = ("It was opened in 1931.", [("P1", "opened in 1931")])
ARCHES = ("It has seven arches.", [("P1", "seven arches")])


@pytest.fixture
def client(model: ScriptedModel) -> Iterator[VlmClient]:
    opened = VlmClient.connect(model.url, "tiny", "key", 20.0, max_retries=0)
    yield opened
    opened.close()


def test_an_answer_comes_back_with_its_quotes_found_on_the_pages(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    model.plays(streamed(reply(OPENED, ("It has seven.", [("P2", "seven arches")]))))

    answer = client.answer("When?", [make_page(*LINES), make_page(*LINES, page=2)])

    assert answer.text == "It was opened in 1931. It has seven."
    assert [(c.page, c.quote) for c in answer.citations] == [
        (1, "opened in 1931."),
        (2, "seven arches."),
    ]
    assert [s.citations for s in answer.sentences] == [(0,), (1,)]
    assert answer.grounded
    assert not answer.refused
    assert (answer.model, answer.usage) == ("tiny", Usage(900, 30))
    assert answer.warnings == ()


def test_sentences_are_told_before_the_answer_is_whole(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    model.plays(streamed(reply(OPENED, ARCHES)))

    *told, last = client.stream("When?", [make_page(*LINES)])

    assert told == [Token(0, "It was opened in 1931."), Token(1, "It has seven arches.")]
    assert isinstance(last, Answer)


def test_pages_are_shown_in_one_order_whatever_their_rank(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    model.plays(streamed(reply(OPENED)))
    pages = [make_page(*LINES), make_page("Other words", page=2), make_page("a", name="a.pdf")]

    first = client.answer("When?", pages)
    second = client.answer("When?", pages[::-1])

    asked = [json.dumps(one["messages"]) for one in model.asked]
    assert asked[0] == asked[1]
    assert first == second
    assert first.citations[0].name == "a.pdf"
    assert not first.grounded


@pytest.mark.parametrize("quote", [("P1", "opened in 1932"), ("P2", "opened in 1931")])
def test_a_quote_that_its_page_does_not_hold_is_marked(
    model: ScriptedModel, client: VlmClient, make_page: MakePage, quote: tuple[str, str]
) -> None:
    model.plays(streamed(reply(("In 1931.", [quote]), ARCHES)))

    answer = client.answer("When?", [make_page(*LINES), make_page("Other words", page=2)])

    assert [c.is_verified for c in answer.citations] == [False, True]
    assert answer.citations[0].quote == quote[1]
    assert not answer.grounded
    assert not answer.refused


def test_the_box_of_an_unverified_citation_is_the_region_that_made_the_page_match(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    model.plays(streamed(reply(("In 1932.", [("P1", "opened in 1932")]))))
    region = Box(0.1, 0.2, 0.3, 0.4)
    plain = make_page(*LINES)

    located = client.answer("When?", [replace(plain, regions=(region, Box(0, 0, 0.1, 0.1)))])
    whole = client.answer("When?", [plain])

    assert located.citations[0].box == region
    assert whole.citations[0].box == Box(0, 0, 1, 1)


def test_a_page_that_was_not_shown_is_asked_about_once_more_and_then_dropped(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    model.plays(streamed(reply(("In 1931.", [("P9", "opened in 1931")]))))

    answer = client.answer("When?", [make_page(*LINES)])

    assert len(model.asked) == 2
    assert "page_label must be one of P1, got P9" in model.asked[1]["messages"][-1]["content"]
    assert (answer.text, answer.citations, answer.grounded) == ("In 1931.", (), False)


def test_a_sentence_without_a_quote_is_not_grounded(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    model.plays(streamed(reply(OPENED, ("So it is old.", []))))

    answer = client.answer("When?", [make_page(*LINES)])

    assert not answer.grounded
    assert len(answer.citations) == 1


def test_the_same_quote_twice_is_one_citation(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    again = ("Seven.", [("P1", "Seven arches."), ("P1", "seven arches")])
    model.plays(streamed(reply(ARCHES, again)))

    answer = client.answer("What has it?", [make_page(*LINES)])

    assert len(answer.citations) == 1
    assert [s.citations for s in answer.sentences] == [(0,), (0,)]


def test_a_model_that_finds_no_answer_is_a_refusal(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    model.plays(streamed(reply(("The pages do not say.", []), answerable=False)))

    *told, answer = client.stream("Who paid for it?", [make_page(*LINES)])

    assert told == []
    assert isinstance(answer, Answer)
    assert (answer.refused, answer.text) == (True, NOT_FOUND)
    assert answer.usage == Usage(900, 30)


def test_a_question_that_models_are_weak_at_is_answered_with_a_warning(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    model.plays(streamed(reply(ARCHES)))

    assert client.answer("How many arches?", [make_page(*LINES)]).warnings == (COUNTING,)


def test_injected_images_and_links_do_not_leave_the_model(
    model: ScriptedModel, client: VlmClient, make_page: MakePage
) -> None:
    said = "1931 ![](https://evil.example/?q=words) [more](https://evil.example)"
    quoted = ("P1", "see https://evil.example/?q=words now")
    model.plays(streamed(reply((said, [quoted]))))

    *told, answer = client.stream("When?", [make_page(*LINES)])

    assert told == [Token(0, "1931 more")]
    assert isinstance(answer, Answer)
    assert "evil" not in repr(answer)


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        reply(OPENED)[:-20],
        '{"answer": "In 1931."}',
        '{"answerable": true, "sentences": "In 1931."}',
        '{"answerable": true, "sentences": []}',
    ],
)
def test_a_reply_that_does_not_fit_is_asked_for_once_more_with_what_is_wrong(
    model: ScriptedModel, client: VlmClient, make_page: MakePage, broken: str
) -> None:
    model.plays(streamed(broken), streamed(reply(OPENED)))

    answer = client.answer("When?", [make_page(*LINES)])

    assert answer.grounded
    assert answer.usage == Usage(1800, 60)
    first, second = (asked["messages"] for asked in model.asked)
    assert second[: len(first)] == first
    assert "not the JSON object asked for: " in second[-1]["content"]


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '{"answer": null}'])
def test_a_reply_that_is_broken_twice_is_unavailable(
    model: ScriptedModel, client: VlmClient, make_page: MakePage, text: str
) -> None:
    model.plays(streamed(text))

    with pytest.raises(VlmUnavailable, match="JSON"):
        client.answer("When?", [make_page(*LINES)])
    assert len(model.asked) == 2


@pytest.mark.parametrize("after", [streamed("In 1931, as I said."), failing(500)])
def test_prose_is_passed_on_as_an_answer_that_points_at_nothing(
    model: ScriptedModel, client: VlmClient, make_page: MakePage, after: object
) -> None:
    model.plays(streamed("In 1931, as I said."), after)  # type: ignore[arg-type]  # both are plays

    answer = client.answer("When?", [make_page(*LINES)])

    assert answer.text == "In 1931, as I said."
    assert (answer.grounded, answer.citations) == (False, ())
    assert answer.warnings == (UNCHECKED,)


@pytest.mark.parametrize(
    ("max_tokens", "sent"), [(4000, "all of it"), (1700, "without the pages"), (1000, "nothing")]
)
def test_a_repair_stays_under_the_cap_with_what_was_sent_before(
    model: ScriptedModel, make_page: MakePage, max_tokens: int, sent: str
) -> None:
    model.plays(streamed('{"answer": "In 1931."}'), streamed(reply(OPENED)))
    cap = InputCap(max_tokens, Fixed(400))
    client = VlmClient(ChatEndpoint(model.url, "tiny"), 20.0, cap=cap)
    page = replace(make_page(*LINES), image=picture)

    answered = partial(client.answer, "When?", [page])
    if sent == "nothing":
        with pytest.raises(Unusable) as caught:
            answered()
        assert caught.value.usage == Usage(900, 30)
    else:
        assert answered().grounded
    client.close()

    first, *others = (asked["messages"] for asked in model.asked)
    assert len(others) == (sent != "nothing")
    for again in others:
        assert again[-2]["content"] == '{"answer": "In 1931."}'
        assert ("data:image" in json.dumps(again)) is (sent == "all of it")
        assert again[0] == first[0]
        assert again[1]["content"][-1] == first[1]["content"][-1]


def test_nothing_is_asked_for_again_without_the_pages_where_there_is_no_reply(
    model: ScriptedModel, make_page: MakePage
) -> None:
    model.plays(streamed(""))
    client = VlmClient(ChatEndpoint(model.url, "tiny"), 20.0, cap=InputCap(1700, Fixed(400)))

    with pytest.raises(Unusable):
        client.answer("When?", [replace(make_page(*LINES), image=picture)])
    client.close()

    assert len(model.asked) == 1


def test_messages_of_any_kind_are_asked_without_a_schema(
    model: ScriptedModel, client: VlmClient
) -> None:
    model.plays(streamed("Hello."))

    assert client.reply([{"role": "user", "content": "Hi"}]) == "Hello."
    assert "response_format" not in model.asked[0]


def test_no_pages_are_invalid(client: VlmClient) -> None:
    with pytest.raises(InvalidRequest):
        client.answer("When?", [])
