from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from answer.answers import Token
from api.problems import problem_of
from api.questions.answering import Answered, AnswerUnavailable
from api.service import Service
from index.catalog.database import Database
from retrieval.hits import SearchQuery, SearchResult
from tests.conftest import open_service
from tests.scripted_model import Play, ScriptedModel, failing, reply, streamed, whole
from tests.tiny import HashedWords, index, pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
TALL = reply(("It is twelve metres tall.", [("P1", "twelve metres tall")]))
QUERY = SearchQuery("How tall is the dam?")
Opened = Callable[..., Service]


@pytest.fixture
def opened(database: Database, data_folder: Path, model: ScriptedModel) -> Iterator[Opened]:
    services: list[Service] = []

    def make(**changes: Any) -> Service:
        asked = {"vlm_url": model.url, "vlm_model": "tiny", "vlm_retries": 0, **changes}
        services.append(open_service(data_folder, database, HashedWords(), **asked))
        index(services[-1], "dams.pdf", DAMS)
        return services[-1]

    yield make
    for service in services:
        service.close()


def test_pages_come_first_then_sentences_then_all_of_it(
    opened: Opened, model: ScriptedModel
) -> None:
    model.plays(streamed(TALL))

    found, token, last = opened().answering.stream("default", QUERY)

    assert isinstance(found, SearchResult)
    assert {hit.page for hit in found.hits} == {1, 2}
    assert token == Token(0, "It is twelve metres tall.")
    assert isinstance(last, Answered)
    assert last.answer.grounded
    assert last.answer.citations[0].quote == "twelve metres tall"
    assert last.found.timings["first_token"] > 0
    assert {"encode", "answer"} <= set(last.found.timings)


@pytest.mark.parametrize(
    ("play", "told"),
    [
        (whole(TALL), "It is twelve metres tall."),
        (streamed(reply(answerable=False)), "Not found in these documents."),
        (streamed("Twelve metres."), "Twelve metres."),
    ],
)
def test_what_the_model_did_not_tell_early_is_told_before_the_end(
    opened: Opened, model: ScriptedModel, play: Play, told: str
) -> None:
    model.plays(play)

    _, *tokens, last = opened().answering.stream("default", QUERY)

    assert tokens == [Token(0, told)]
    assert isinstance(last, Answered)
    assert last.answer.text == told


@pytest.mark.parametrize("mended", [streamed(TALL), whole(TALL)])
def test_an_answer_that_was_begun_anew_is_told_anew(
    opened: Opened, model: ScriptedModel, mended: Play
) -> None:
    broken = '{"answerable": true, "sentences": [{"text": "It is tall."}, {"text": "Or not."}, {'
    model.plays(streamed(broken), mended)

    _, *tokens, _ = opened().answering.stream("default", QUERY)

    assert tokens == [
        Token(0, "It is tall."),
        Token(1, "Or not."),
        Token(0, "It is twelve metres tall."),
    ]


def test_a_model_that_is_down_takes_nothing_from_what_was_found(
    opened: Opened, model: ScriptedModel
) -> None:
    model.plays(failing(500))
    service = opened()

    with pytest.raises(AnswerUnavailable, match="500") as caught:
        service.ask("default", QUERY)

    assert caught.value.found.hits == service.search("default", QUERY).hits
    told = problem_of(caught.value).model_dump()
    assert (told["status"], told["code"]) == (503, "vlm_unavailable")
    assert {page["page"] for page in told["pages"]} == {1, 2}


def test_no_model_is_asked_when_nothing_is_found(opened: Opened, model: ScriptedModel) -> None:
    service = opened()
    service.create_collection("empty")

    answer, found = service.ask("empty", QUERY)

    assert (answer.refused, answer.model, found.hits) == (True, "tiny", ())
    assert model.asked == []


def test_the_small_model_is_asked_first(opened: Opened, model: ScriptedModel) -> None:
    model.plays(streamed(reply(answerable=False)), streamed(TALL))

    answer, _ = opened(vlm_small_model="smaller").ask("default", QUERY)

    assert [asked["model"] for asked in model.asked] == ["smaller", "tiny"]
    assert answer.model == "tiny"


def test_an_unverified_citation_has_the_region_that_made_the_page_match(
    opened: Opened, model: ScriptedModel
) -> None:
    model.plays(streamed(reply(("It is small.", [("P1", "the dam is a very small one")]))))

    answer, found = opened().ask("default", QUERY)

    (citation,) = answer.citations
    assert not citation.is_verified
    (hit,) = (hit for hit in found.hits if hit.page == 1)
    assert citation.box == hit.regions[0].box
