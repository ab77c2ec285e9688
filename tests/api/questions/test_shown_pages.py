import base64
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from answer.budget.families import Fixed, QwenGrid
from answer.budget.offers import PAGE_TOKENS
from answer.budget.words import PER_PART, text_tokens
from answer.prompt import fixed_text, messages, words_text
from api.questions.admission import AdmittedPage
from api.questions.shown_pages import N_FIXED_PARTS, PageBudget, ShownPages
from api.service import Service
from index.catalog.database import Database
from retrieval.hits import SearchQuery
from tests.conftest import open_service
from tests.scripted_model import ScriptedModel, reply, whole
from tests.tiny import HashedWords, index, pdf, settings

FIRST_PAGE = """The valley
The dam is twelve metres tall and the road
begins at the old mill and ends at the"""
RUNS_ON = pdf(FIRST_PAGE, "village of herons, where boats are kept.", "Nothing of this.")
QUESTION = "Where does the road at the mill end?"
Shown = Callable[..., ShownPages]


@pytest.fixture
def shown(service: Service) -> Shown:
    """What a model of some settings would be shown of the first pages found."""
    index(service, "dams.pdf", RUNS_ON)

    def ask(limit: int = 1, **changes: object) -> ShownPages:
        model = {"vlm_url": "http://127.0.0.1:9/v1", "vlm_model": "qwen2-vl", **changes}
        chosen = settings(service.settings.data, **model)
        hits = service.search("default", SearchQuery(QUESTION, limit=limit)).hits
        admitted = [AdmittedPage(hit, service.pages.evidence(hit, frozenset())) for hit in hits]
        return PageBudget(chosen, service.pages).shown(QUESTION, admitted)

    return ask


def size_of(picture: bytes) -> tuple[int, int]:
    return Image.open(io.BytesIO(picture)).size


def test_without_a_model_all_found_pages_are_read_and_nothing_is_planned(shown: Shown) -> None:
    found = shown(limit=3, vlm_url=None)

    assert sorted(page.page for page in found.pages) == [1, 2, 3]
    assert (found.plan, found.estimated_tokens) == (None, 0)


def test_the_estimate_is_that_of_the_very_pictures_and_words_that_are_sent(shown: Shown) -> None:
    found = shown(limit=3)

    pictures = [QwenGrid().tokens(*size_of(page.image())) or 0 for page in found.pages]
    words = [text_tokens(words_text(page)) for page in found.pages]
    around = len(found.pages) * (PER_PART + PAGE_TOKENS) + N_FIXED_PARTS * PER_PART
    assert found.estimated_tokens == (
        text_tokens(fixed_text(QUESTION)) + around + sum(pictures) + sum(words)
    )


def test_a_model_is_not_shown_pages_whose_relevance_fell_far_behind(service: Service) -> None:
    index(service, "roads.pdf", pdf("The road is long.", "It ends at the mill.", "The mill burnt."))
    hits = service.search("default", SearchQuery(QUESTION, limit=3)).hits
    graded = [replace(hit, relevance=r) for hit, r in zip(hits, (0.8, 0.4, 0.6), strict=True)]
    admitted = [AdmittedPage(hit, service.pages.evidence(hit, frozenset())) for hit in graded]
    chosen = settings(service.settings.data, vlm_url="http://127.0.0.1:9/v1", vlm_model="qwen2-vl")

    found = PageBudget(chosen, service.pages).shown(QUESTION, admitted)

    assert [page.page for page in found.left_out] == [hits[1].page]
    assert {page.page for page in found.pages} == {hits[0].page, hits[2].page}


def test_the_next_page_joins_when_the_evidence_runs_over_the_break(shown: Shown) -> None:
    found = shown()

    assert [page.page for page in found.pages] == [1, 2]
    assert found.plan is not None
    assert [entry.is_neighbour for entry in found.plan.entries] == [False, True]
    assert found.pages[1].part == (0.0, 0.0, 1.0, 0.35)


def test_a_neighbour_that_was_found_itself_is_there_once(shown: Shown) -> None:
    found = shown(limit=3)
    assert sorted(page.page for page in (*found.pages, *found.left_out)) == [1, 2, 3]


def test_a_smaller_cap_sends_the_pages_smaller_at_the_size_that_was_counted(shown: Shown) -> None:
    whole, small = (shown(vlm_max_input_tokens=cap, vlm_evidence="image") for cap in (8000, 2200))

    assert whole.plan is not None
    assert small.plan is not None
    first, best = whole.plan.entries[0], small.plan.entries[0]
    assert (first.kind, best.kind) == ("whole", "scaled")
    assert size_of(whole.pages[0].image()) == (first.width, first.height)
    assert size_of(small.pages[0].image()) == (best.width, best.height)
    assert best.width < first.width
    assert small.estimated_tokens <= 2200


def test_the_family_is_the_one_configured(shown: Shown) -> None:
    found = shown(vlm_image_tokens="fixed:each=321")

    assert found.plan is not None
    assert found.plan.entries[0].image_tokens == Fixed(321).each + PER_PART


def test_what_a_page_is_sent_as_is_what_the_prompt_holds(shown: Shown) -> None:
    found = shown(vlm_evidence="words")

    user = messages(QUESTION, found.pages, "both")[1]

    assert {part["type"] for part in user["content"]} == {"text"}  # type: ignore[index, union-attr] # parts are dicts here


def test_pages_without_room_are_told(shown: Shown) -> None:
    found = shown(limit=3, vlm_image_tokens="fixed:each=9000", vlm_evidence="image")

    assert found.pages == ()
    assert sorted(page.page for page in found.left_out) == [1, 2, 3]


def test_a_model_is_sent_the_planned_pictures_and_its_count_stands_beside_the_estimate(
    model: ScriptedModel, database: Database, data_folder: Path
) -> None:
    model.plays(whole(reply(answerable=False), usage={"prompt_tokens": 901}))
    changes = {"vlm_url": model.url, "vlm_model": "qwen2-vl", "vlm_max_input_tokens": 2500}
    service = open_service(data_folder, database, HashedWords(), **changes)
    index(service, "dams.pdf", RUNS_ON)
    query = SearchQuery(QUESTION, limit=1)

    planned, _ = service.answering.plan("default", query)
    assert model.asked == []
    answer, _ = service.ask("default", query)

    assert planned.plan is not None
    parts = [
        part for part in model.asked[0]["messages"][1]["content"] if part["type"] == "image_url"
    ]
    pictures = [part["image_url"]["url"].split(",")[1] for part in parts]
    sizes = {size_of(base64.b64decode(picture)) for picture in pictures}
    assert sizes == {(e.width, e.height) for e in planned.plan.entries if e.width}
    assert planned.plan.entries[0].kind in ("scaled", "crop")
    assert answer.usage.input_tokens == 901
    assert answer.usage.estimated_input_tokens == planned.estimated_tokens <= 2500
    service.close()
