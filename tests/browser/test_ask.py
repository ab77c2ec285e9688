"""Asking: answers as they come, refusals, doubts, and what is left when the model is away."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from api.app import create_app
from api.service import Service
from tests.browser.conftest import Site, index
from tests.scripted_model import ScriptedModel, failing, reply, streamed
from tests.serving import served
from tests.tiny import pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
ASKED = "/#/ask?c=default&q=How+tall+is+the+dam%3F"
Opened = Callable[..., Service]


@pytest.fixture(scope="module")
def url(shared: Service) -> Iterator[str]:
    index(shared, "dams.pdf", DAMS)
    with served(create_app(shared)) as address:
        yield address


def asking(open_with: Opened, model: ScriptedModel) -> Service:
    service = open_with(vlm_url=model.url, vlm_model="tiny", vlm_retries=0)
    index(service, "dams.pdf", DAMS)
    return service


def test_an_answer_that_quotes_lights_its_words(url: str, site: Site) -> None:
    page = site.tab(url, ASKED).page

    expect(page.locator("#answer-text")).to_contain_text("The dam is twelve metres tall")
    expect(page.locator(".box.lit")).to_be_in_viewport()
    expect(page.get_by_text("quoted word for word, no model")).to_be_visible()
    expect(page.locator("#live")).to_contain_text("twelve metres")


def test_a_sentence_is_shown_while_the_next_one_is_written(
    open_with: Opened, model: ScriptedModel, site: Site
) -> None:
    told = reply(
        ("The dam is twelve metres tall.", [("P1", "twelve metres tall")]),
        ("Herons nest there.", [("P2", "Herons nest on the island")]),
    )
    cut = told.index("Herons nest there") - 30
    model.plays(streamed(told[:cut], stalls=True))

    page = site.tab(site.serve(asking(open_with, model)), ASKED).page

    expect(page.locator("#answer-text p")).to_have_text(["The dam is twelve metres tall."])
    expect(page.get_by_text("Reading the pages…")).to_be_visible()
    expect(page.locator(".hit")).to_have_count(2)
    expect(page.locator("#page .sheet img")).to_be_visible()


def test_words_that_stand_on_no_page_are_marked(
    open_with: Opened, model: ScriptedModel, site: Site
) -> None:
    model.plays(
        streamed(
            reply(
                ("The dam is twelve metres tall.", [("P1", "twelve metres tall")]),
                ("It holds back a lake.", [("P1", "it holds back a large lake")]),
            )
        )
    )
    page = site.tab(site.serve(asking(open_with, model)), ASKED).page

    expect(page.locator("#answer-text .unproven").first).to_have_text("It holds back a lake.")
    expect(page.get_by_text("words not found on the page")).to_be_visible()
    expect(page.get_by_text("Not every sentence of this answer was verified")).to_be_visible()
    expect(page.get_by_text("written by tiny")).to_be_visible()
    page.get_by_role("button", name="Citation 2: dams.pdf, page 1, not verified").click()
    expect(page.locator(".box.lit.unproven")).to_be_visible()


def test_a_refusal_says_so_and_shows_what_came_nearest(
    open_with: Opened, model: ScriptedModel, site: Site
) -> None:
    model.plays(streamed(reply(answerable=False)))
    page = site.tab(site.serve(asking(open_with, model)), ASKED).page

    expect(page.locator("#answer-text")).to_have_text("Not found in these documents.")
    expect(page.get_by_text("None of them holds what the question asks for")).to_be_visible()
    expect(page.locator(".hit")).to_have_count(2)
    expect(page.get_by_role("button", name="Golden question")).to_have_count(0)


def test_a_collection_without_documents_answers_nothing(service: Service, site: Site) -> None:
    service.create_collection("default")
    page = site.tab(site.serve(service), ASKED).page

    expect(page.get_by_text("No page was found to answer from")).to_be_visible()
    expect(page.locator("#page")).to_be_hidden()


def test_the_pages_are_shown_when_the_model_is_away(
    open_with: Opened, model: ScriptedModel, site: Site
) -> None:
    model.plays(failing(500))
    tab = site.tab(site.serve(asking(open_with, model)), ASKED, expected=["/answers"])

    alert = tab.page.get_by_role("alert")
    expect(alert).to_contain_text("The model that writes answers is not available")
    expect(alert).to_contain_text("The search works without the model")
    expect(tab.page.locator(".hit")).to_have_count(2)
    expect(tab.page.locator("#page .sheet img")).to_be_visible()


def test_asking_once_more_asks_anew(url: str, site: Site) -> None:
    page = site.tab(url, ASKED).page
    expect(page.locator(".cites li")).to_have_count(1)

    with page.expect_request("**/answers"):
        page.get_by_role("button", name="Ask", exact=True).click()

    expect(page.locator(".cites li")).to_have_count(1)


def test_a_link_opens_the_same_view(url: str, site: Site) -> None:
    page = site.tab(url, ASKED).page
    page.locator('.hit[data-page$="/1"]').click()
    expect(page.get_by_label("Page number")).to_have_value("1")

    other = site.tab(url, page.url.removeprefix(url)).page

    expect(other.get_by_label("Page number")).to_have_value("1")
    expect(other.locator(".cites li")).to_have_count(1)
    expect(other.get_by_label("Question", exact=True)).to_have_value("How tall is the dam?")
