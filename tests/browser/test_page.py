"""The page beside the answer: leafing, zoom, heat, words."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.service import Service
from tests.browser.conftest import Site, index
from tests.serving import served
from tests.tiny import pdf

BIRDS = pdf("The dam is twelve metres tall", "Herons nest on the island", "Otters fish at night")
ASKED = "/#/ask?c=default&q=Where+do+herons+nest%3F&mode=pages"
WIDE = "(least) => document.querySelector('.sheet').clientWidth > least"
HOTTEST = """(canvas) => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  let left = width, top = height, right = 0, bottom = 0;
  for (let n = 0; n < width * height; n += 1) {
    if (data[4 * n + 3] === 0) continue;
    const x = n % width, y = Math.floor(n / width);
    left = Math.min(left, x); right = Math.max(right, x + 1);
    top = Math.min(top, y); bottom = Math.max(bottom, y + 1);
  }
  return [left / width, top / height, right / width, bottom / height];
}"""


@pytest.fixture(scope="module")
def url(shared: Service) -> Iterator[str]:
    index(shared, "birds.pdf", BIRDS)
    with served(create_app(shared)) as address:
        yield address


@pytest.fixture
def page(url: str, site: Site) -> Page:
    """The page of the herons, found and open."""
    opened = site.tab(url, ASKED).page
    expect(opened.get_by_label("Page number")).to_have_value("2")
    return opened


def test_buttons_keys_and_the_number_leaf_through_the_document(page: Page) -> None:
    number = page.get_by_label("Page number")
    picture = page.locator(".sheet img")

    page.get_by_role("button", name="Next page").click()
    expect(number).to_have_value("3")
    expect(picture).to_have_attribute("alt", "Page 3 of 3 pages: birds.pdf")
    expect(page.get_by_role("button", name="Next page")).to_be_disabled()
    page.keyboard.press("ArrowLeft")
    expect(number).to_have_value("2")
    number.fill("1")
    number.press("Enter")
    expect(picture).to_have_attribute("alt", "Page 1 of 3 pages: birds.pdf")
    number.fill("9")
    number.press("Enter")
    expect(number).to_have_value("1")


def test_a_page_grows_and_fits_again(page: Page) -> None:
    sheet = page.locator(".sheet")
    fitting = sheet.evaluate("(one) => one.clientWidth")

    page.get_by_role("button", name="Larger").click()
    page.wait_for_function(WIDE, arg=1.3 * fitting)
    page.keyboard.press("0")
    expect(sheet).to_have_js_property("clientWidth", fitting)


def test_heat_lies_on_the_words_that_are_asked_for(page: Page) -> None:
    page.get_by_role("button", name="Heat", exact=True).click()
    of_all = page.get_by_role("img", name="Heat of the question “Where do herons nest?”")
    expect(of_all).to_be_visible()
    expect(page.locator(".tokens button")).to_have_text(
        ["Whole question", "where", "do", "herons", "nest"]
    )
    page.get_by_role("button", name="herons", exact=True).click()

    of_herons = page.get_by_role("img", name="Heat of “herons”")
    expect(of_herons).to_be_visible()
    left, top, right, bottom = of_herons.evaluate(HOTTEST)
    assert 0.03 < left < 0.1  # the word stands first on the line
    assert right < 0.3
    assert 0.05 < top < bottom < 0.12
    assert "heat=2" in page.url


def test_the_words_of_a_page_are_read_as_text(page: Page) -> None:
    page.get_by_role("button", name="Words", exact=True).click()
    expect(page.get_by_role("document", name="Words of the page")).to_have_text(
        "Herons nest on the island"
    )
    page.keyboard.press("t")
    expect(page.locator(".sheet img")).to_be_visible()


def test_escape_closes_the_page_and_back_opens_it(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("#page")).to_be_hidden()
    page.go_back()
    expect(page.locator("#page")).to_be_visible()
