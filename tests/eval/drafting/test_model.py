import json
from collections.abc import Iterator

import pytest

from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.vlm import VlmClient
from eval.drafting.model import ModelDrafter, spread
from index.errors import VlmUnavailable
from tests.answer.conftest import PNG
from tests.eval.drafting.conftest import document, page
from tests.scripted_model import ScriptedModel, failing, scripted_model, streamed

BRIDGE = "The bridge was opened in 1931."


@pytest.fixture
def endpoint() -> Iterator[ScriptedModel]:
    with scripted_model() as played:
        yield played


@pytest.fixture
def drafter(endpoint: ScriptedModel) -> Iterator[ModelDrafter]:
    limits = CallLimits(5.0, 5.0, 0)
    client = VlmClient(ChatEndpoint(endpoint.url, "tiny", "key", limits=limits), 10.0)
    yield ModelDrafter(client, lambda _document, _page: PNG)
    client.close()


def wrote(endpoint: ScriptedModel, *written: object) -> None:
    endpoint.plays(streamed("```json\n" + json.dumps({"questions": written}) + "\n```"))


def question(quote: str, text: str = "When was the Halvern bridge opened?") -> dict[str, str]:
    return {"question": text, "answer": "1931", "quote": quote, "evidence": "text"}


def test_what_the_model_asks_is_proposed_with_its_quote_as_the_page_has_it(
    endpoint: ScriptedModel, drafter: ModelDrafter
) -> None:
    wrote(endpoint, question("opened in 1931"))
    bridges = document("bridges", page(BRIDGE), title="On bridges")
    (found,) = drafter.draft([bridges], per_document=3, seed=0)
    assert (found.query, found.answers) == ("When was the Halvern bridge opened?", ("1931",))
    assert (found.doc, found.page, found.quote) == ("bridges", 1, "opened in 1931.")
    # `1931.` are the characters 25 to 30 of the line, 0.01 of the page each, from 0.1 on
    assert found.box == (0.35, 0.1, 0.4, 0.11)
    shown = endpoint.asked[0]["messages"][1]["content"]
    assert [part["type"] for part in shown] == ["text", "image_url", "text", "text"]
    assert "On bridges" in shown[-1]["text"]
    assert "5 questions in English" in shown[-1]["text"]


def test_what_the_page_does_not_say_is_dropped(
    endpoint: ScriptedModel, drafter: ModelDrafter
) -> None:
    wrote(
        endpoint, question("opened in 1932"), question("", "Why is it so?"), {"question": 1}, "no"
    )
    assert drafter.draft([document("b", page(BRIDGE))], per_document=3, seed=0) == []


def test_a_reply_without_json_proposes_nothing(
    endpoint: ScriptedModel, drafter: ModelDrafter
) -> None:
    endpoint.plays(streamed("I would rather not."))
    assert drafter.draft([document("b", page(BRIDGE))], per_document=3, seed=0) == []


def test_an_answer_that_is_nothing_but_markup_is_dropped(
    endpoint: ScriptedModel, drafter: ModelDrafter
) -> None:
    wrote(endpoint, question("opened in 1931") | {"answer": "<b></b>"})
    assert drafter.draft([document("b", page(BRIDGE))], per_document=3, seed=0) == []


def test_links_do_not_leave_the_model(endpoint: ScriptedModel, drafter: ModelDrafter) -> None:
    wrote(endpoint, question("opened in 1931", "When was [it](https://evil.example) opened?"))
    (found,) = drafter.draft([document("b", page(BRIDGE))], per_document=3, seed=0)
    assert found.query == "When was it opened?"


def test_no_more_pages_are_shown_than_questions_are_wanted(
    endpoint: ScriptedModel, drafter: ModelDrafter
) -> None:
    wrote(endpoint)
    seen: list[int] = []
    pages = [page(BRIDGE, number=n) for n in range(1, 8)]
    drafter.draft([document("b", *pages)], per_document=3, seed=0, on_page=lambda: seen.append(1))
    assert len(endpoint.asked) == len(seen) == 3
    # 7 pages in 3 steps of 7/3: the pages at 0, 2.33 and 4.67
    assert [one.number for one in spread(pages, 3)] == [1, 3, 5]
    assert spread([], 3) == []


def test_a_model_that_is_down_is_said(endpoint: ScriptedModel, drafter: ModelDrafter) -> None:
    endpoint.plays(failing(503))
    with pytest.raises(VlmUnavailable, match="503"):
        drafter.draft([document("b", page(BRIDGE))], per_document=3, seed=0)
