"""The main walk, with the encoder that ships: hand in, watch, ask, click, see the words lit."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, expect

from api.service import Service
from index.catalog.database import Database
from tests.browser.conftest import Site
from tests.conftest import fresh_database
from tests.tiny import settings

CORPUS = Path(__file__).parents[2] / "demo" / "corpus"
PAPER = "peat-water-table-paper.pdf"
QUESTION = "By how much do cheap probes read the water table too low near the surface of the bog?"
QUOTE = "31 mm"
SLACK_PX = 10  # the frame of a lit box stands this far outside the words at most


@pytest.fixture
def encoding(postgres: Database, migrated: str, tmp_path: Path) -> Iterator[Service]:
    with fresh_database(postgres, migrated) as database:
        url = database.engine.url.render_as_string(hide_password=False)
        yield Service.build(settings(tmp_path / "data", database_url=url))


def place_on_sheet(box: Locator) -> list[float]:
    """Where a box stands on the picture of its page, in fractions."""
    found = box.evaluate(
        """(box) => {
          const sheet = box.parentElement.getBoundingClientRect();
          const own = box.getBoundingClientRect();
          return [(own.left - sheet.left) / sheet.width, (own.top - sheet.top) / sheet.height,
                  (own.right - sheet.left) / sheet.width, (own.bottom - sheet.top) / sheet.height];
        }"""
    )
    return [float(edge) for edge in found]


def boxes_of(url: str, document: str, page: int, text: str) -> list[list[float]]:
    """The boxes around some words wherever they stand, by the words of the page."""
    address = f"{url}/v1/collections/default/documents/{document}/pages/{page}/words"
    words = httpx.get(address).json()["words"]
    wanted = text.split()
    runs = [words[start : start + len(wanted)] for start in range(len(words))]
    found = [run for run in runs if [word["text"] for word in run] == wanted]
    edges = [list(zip(*(word["box"] for word in run), strict=True)) for run in found]
    return [[min(lefts), min(tops), max(rights), max(ends)] for lefts, tops, rights, ends in edges]


def holds(outer: list[float], inner: list[float]) -> bool:
    return all(a <= b for a, b in zip(outer[:2] + inner[2:], inner[:2] + outer[2:], strict=True))


def distance(one: list[float], other: list[float]) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def test_a_file_that_is_handed_in_answers_a_question_with_the_words_lit(
    encoding: Service, site: Site
) -> None:
    url = site.serve(encoding)
    tab = site.tab(url)
    page = tab.page
    expect(page.get_by_text("Drop PDFs, scans or pictures of pages.")).to_be_visible()

    page.locator("#start input[type=file]").set_input_files(CORPUS / PAPER)
    row = page.get_by_role("article", name=PAPER)
    expect(row.locator(".cells i")).to_have_count(2, timeout=60_000)
    expect(row).to_have_attribute("data-state", "ready", timeout=60_000)

    page.keyboard.press("/")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    citation = page.get_by_role("button", name=f"Citation 1: {PAPER}, page 1")
    expect(citation).to_be_visible(timeout=60_000)
    expect(page.locator("#answer-text")).to_contain_text(QUOTE)

    page.get_by_role("button", name="Next page").click()
    expect(page.locator(".lit")).to_have_count(0)
    citation.click()

    lit = page.locator(".box.lit")
    expect(lit).to_be_in_viewport()
    expect(citation).to_have_attribute("aria-pressed", "true")
    document = row_document(page.url)
    width = page.locator(".sheet").evaluate("(sheet) => sheet.clientWidth")
    lit_at = place_on_sheet(lit)
    assert any(
        holds(lit_at, words) and distance(lit_at, words) <= SLACK_PX / width
        for words in boxes_of(url, document, 1, QUOTE)
    )


def row_document(address: str) -> str:
    """The document that an address shows."""
    return address.partition("doc=")[2].partition("&")[0]
