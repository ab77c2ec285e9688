"""Found pages as small pictures, and what narrows them down."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.service import Service
from tests.browser.conftest import Site, index
from tests.serving import served
from tests.tiny import pdf

BIRDS = pdf("Herons nest on the island", "Herons fly south", "Otters fish at night")


@pytest.fixture(scope="module")
def url(shared: Service) -> Iterator[str]:
    index(shared, "birds.pdf", BIRDS)
    index(shared, "old.pdf", pdf("Herons nest in old trees"), year=1962)
    with served(create_app(shared)) as address:
        yield address


@pytest.fixture
def page(url: str, site: Site) -> Page:
    return site.tab(url).page


def find(page: Page, question: str) -> None:
    expect(page.get_by_text("2 documents in")).to_be_visible()  # it moves the form when it comes
    page.get_by_text("Pages only").click()
    expect(page.get_by_role("radio", name="Pages only")).to_be_checked()
    page.get_by_label("Question", exact=True).fill(question)
    page.keyboard.press("Enter")


def test_found_pages_are_small_pictures_with_their_relevance(page: Page) -> None:
    find(page, "Where do herons nest?")

    hits = page.get_by_role("list", name="Found pages, best first").get_by_role("button")
    expect(hits).to_have_count(4)
    expect(hits.first).to_contain_text("%")
    picture = hits.first.locator("img")
    expect(picture).to_have_attribute("src", re.compile("^blob:"))
    assert picture.evaluate("(one) => one.decode().then(() => one.naturalWidth)") == 160
    expect(hits.first.locator(".sheet-small > i")).not_to_have_count(0)
    expect(page.locator("#answer")).to_be_hidden()

    hits.nth(1).click()
    expect(hits.nth(1)).to_have_attribute("aria-current", "true")


def test_heat_is_drawn_over_the_small_pictures(page: Page) -> None:
    find(page, "herons")

    toggle = page.locator("#found").get_by_role("button", name="Heat maps")
    toggle.click()
    expect(page.locator(".hit canvas")).to_have_count(4)
    toggle.click()
    expect(page.locator(".hit canvas")).to_have_count(0)


def test_filters_narrow_what_is_found(page: Page) -> None:
    find(page, "herons")
    expect(page.locator(".hit")).to_have_count(4)

    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Metadata").fill("year < 2000")
    page.keyboard.press("Enter")
    expect(page.locator(".hit .name")).to_have_text(["old.pdf"])

    page.get_by_label("Metadata").fill("")
    page.get_by_label("File names").fill("birds*")
    page.get_by_label("To page").fill("2")
    page.keyboard.press("Enter")
    expect(page.locator(".hit .name")).to_have_text(["birds.pdf", "birds.pdf"])

    page.get_by_label("File names").fill("nothing*")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No page fits the filters")).to_be_visible()


def test_a_filter_that_is_not_understood_is_told(page: Page) -> None:
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Metadata").fill("the year after next")
    find(page, "herons")

    expect(page.get_by_role("alert")).to_contain_text("is no condition")


def test_one_document_is_asked_alone(page: Page) -> None:
    page.get_by_role("link", name="Documents").click()
    page.get_by_role("button", name="Ask only old.pdf").click()
    expect(page.locator("#only-document")).to_contain_text("Only old.pdf")
    find(page, "herons")

    expect(page.locator(".hit .name")).to_have_text(["old.pdf"])
    page.get_by_role("button", name="Ask all documents again").click()
    expect(page.locator(".hit")).to_have_count(4)
