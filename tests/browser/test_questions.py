"""Golden questions: added, changed, taken from an answer, deleted, exported."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.service import Service
from tests.browser.conftest import Site, index
from tests.browser.test_documents import without
from tests.serving import served
from tests.tiny import pdf

BIRDS = pdf("Herons nest on the island", "Otters fish at night")


@pytest.fixture(scope="module")
def url(shared: Service) -> Iterator[str]:
    index(shared, "birds.pdf", BIRDS)
    with served(create_app(shared)) as address:
        yield address


@pytest.fixture
def page(shared: Service, url: str, site: Site) -> Iterator[Page]:
    yield site.tab(url, "/#/questions").page
    for kept in shared.golden.questions("default"):
        shared.golden.delete("default", kept.id)


def exported(page: Page) -> list[dict[str, object]]:
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Export").click()
    assert downloading.value.suggested_filename == "default-questions.jsonl"
    lines = Path(downloading.value.path()).read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def add(page: Page, text: str) -> None:
    page.get_by_role("button", name="New question").click()
    form = page.get_by_role("form", name="New question")
    form.get_by_label("Question", exact=True).fill(text)
    form.get_by_label("Accepted answers").fill("on the island")
    form.get_by_role("button", name="Find pages").click()
    form.get_by_role("checkbox", name="birds.pdf, page 1").check()
    form.get_by_label("Tags").fill("birds, easy")
    form.get_by_role("button", name="Keep").click()


def test_a_question_is_added_with_pages_picked_from_a_search(page: Page) -> None:
    add(page, "Where do herons nest?")

    kept = page.get_by_role("article", name="Where do herons nest?")
    expect(kept).to_contain_text("on the island")
    expect(kept).to_contain_text("birds.pdf, page 1")
    expect(kept.locator(".chip.good")).to_have_text(["birds", "easy"])
    expect(page.get_by_role("form", name="New question")).to_have_count(0)
    assert len(exported(page)) == 1


def test_a_question_is_changed_and_deleted(page: Page) -> None:
    add(page, "Where do herons nest?")
    page.get_by_role("button", name="Edit: Where do herons nest?").click()
    form = page.get_by_role("form", name="Edit a question")
    expect(form.get_by_role("checkbox", name="birds.pdf, page 1")).to_be_checked()

    form.get_by_label("Question", exact=True).fill("Where do cormorants nest?")
    form.get_by_text("These documents do not answer it").click()
    form.get_by_role("button", name="Keep").click()

    kept = page.get_by_role("article", name="Where do cormorants nest?")
    expect(kept).to_contain_text("a refusal is right")
    kept.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("None yet.")).to_be_visible()
    assert exported(page) == []


def test_a_page_of_a_question_opens_among_the_documents(page: Page) -> None:
    add(page, "Where do herons nest?")
    page.get_by_role("button", name="birds.pdf, page 1").click()

    expect(page.locator(".sheet")).to_be_visible()
    expect(page.get_by_role("region", name="Documents")).to_be_visible()
    page.go_back()
    page.go_back()
    expect(page.get_by_role("article", name="Where do herons nest?")).to_be_visible()


def test_an_answer_becomes_a_golden_question(page: Page) -> None:
    page.goto("/#/ask?c=default&q=Where+do+herons+nest%3F")
    page.get_by_role("button", name="Golden question").click()

    form = page.get_by_role("form", name="New question")
    expect(form.get_by_label("Question", exact=True)).to_have_value("Where do herons nest?")
    expect(form.get_by_role("checkbox", name="page 1")).to_be_checked()
    form.get_by_role("button", name="Keep").click()

    expect(page.get_by_role("article", name="Where do herons nest?")).to_be_visible()


def test_a_server_without_golden_questions_says_so(service: Service, site: Site) -> None:
    service.create_collection("default")
    absent = ["/questions", "/evaluations"]
    tab = site.tab(site.serve(service, without(*absent)), expected=absent)

    tab.page.get_by_role("link", name="Golden questions").click()
    expect(tab.page.get_by_text("This server keeps no golden questions.")).to_be_visible()
    tab.page.get_by_role("link", name="Reports").click()
    expect(tab.page.get_by_text("This server keeps no evaluations.")).to_be_visible()
