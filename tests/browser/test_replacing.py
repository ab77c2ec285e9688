"""A document's file is replaced: chosen, watched page by page, while the old one is still found."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from api.service import Service
from tests.browser.conftest import Site, index
from tests.browser.test_documents import DROP
from tests.tiny import HashedWords, pdf

OLD = pdf("Herons nest on the island")
NEW = pdf(*(f"Otters swim below weir {n}" for n in range(1, 11)))  # a chunk of eight, and two more
SHORT = pdf("Otters swim below the weir")
BLOB = re.compile("^blob:")
SEEN = """async (one) => {
  await one.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: 300, height: 400 });
  canvas.getContext("2d").drawImage(one, 0, 0, 300, 400);
  return canvas.toDataURL();
}"""
PHONE = {"width": 360, "height": 740}


def choose(page: Page, name: str, content: bytes, *, instead_of: str = "birds.pdf") -> None:
    """Pick Replace and a file."""
    page.get_by_role("button", name=f"Replace {instead_of}").click()
    dialog = page.get_by_role("dialog", name="Replace this document?")
    dialog.get_by_label("New file").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": content}
    )
    dialog.get_by_role("button", name="Replace").click()


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name)


@pytest.fixture
def held(encoder: HashedWords, service: Service) -> Iterator[Callable[[], None]]:
    """Once a document is indexed, keeps the second chunk of the next one until it is called."""
    first_chunk, go_on = threading.Event(), threading.Event()
    index(service, "birds.pdf", OLD)

    def wait(_: int) -> None:
        if first_chunk.is_set():
            go_on.wait(30)
        first_chunk.set()

    encoder.before_pages = wait
    yield go_on.set
    go_on.set()


@contextmanager
def fresh_picture(page: Page) -> Iterator[None]:
    """Expect the picture on the desk to become another one."""
    shown = page.locator("#page .sheet img")
    before = shown.get_attribute("src")
    yield
    expect(shown).not_to_have_attribute("src", before or "")


def test_the_old_version_is_found_until_the_new_one_is_read(
    service: Service, site: Site, held: Callable[[], None]
) -> None:
    page = site.tab(site.serve(service), "/#/documents").page
    page.get_by_role("button", name="Look at birds.pdf").click()
    expect(page.locator("#page h2")).to_have_text("birds.pdf")
    expect(page.locator("#page .sheet img")).to_have_attribute("alt", "Page 1 of 1 page: birds.pdf")

    with fresh_picture(page):
        choose(page, "otters.pdf", NEW)
        row = row_of(page, "birds.pdf")
        expect(row.locator(".cells i")).to_have_count(10)
        expect(row.locator(".cells i[data-state=ready]")).to_have_count(8)
        expect(row.get_by_text("new version")).to_be_visible()
        expect(row.get_by_text("8 of 10 pages")).to_be_visible()
        expect(row).to_have_attribute("data-state", "ready")
        expect(row.get_by_role("button", name="Look at")).to_be_enabled()
        expect(row.get_by_role("button", name="Replace")).to_have_count(0)
        held()

    expect(row_of(page, "otters.pdf").get_by_text("10 pages")).to_be_visible()
    expect(page.locator("#live")).to_have_text("birds.pdf is replaced by otters.pdf, 10 pages")
    expect(page.locator("#page h2")).to_have_text("otters.pdf")
    expect(row_of(page, "birds.pdf")).to_have_count(0)
    expect(page.get_by_text("new version")).to_have_count(0)


def test_another_tab_sees_that_a_document_is_being_replaced(
    service: Service, site: Site, held: Callable[[], None]
) -> None:
    url = site.serve(service)
    choose(site.tab(url, "/#/documents").page, "otters.pdf", NEW)

    page = site.tab(url, "/#/documents").page

    expect(row_of(page, "birds.pdf").get_by_text("8 of 10 pages")).to_be_visible()
    held()
    expect(row_of(page, "otters.pdf").get_by_text("10 pages")).to_be_visible()


def test_replacing_is_cancelled_and_begun_anew(
    service: Service, site: Site, held: Callable[[], None]
) -> None:
    page = site.tab(site.serve(service), "/#/documents").page
    choose(page, "otters.pdf", NEW)
    row = row_of(page, "birds.pdf")
    expect(row.get_by_text("8 of 10 pages")).to_be_visible()

    row.get_by_role("button", name="Cancel").click()

    expect(row.get_by_text("It was not replaced: that was cancelled.")).to_be_visible()
    expect(row).to_have_attribute("data-state", "ready")
    held()
    row.get_by_role("button", name="Retry").click()
    expect(row_of(page, "otters.pdf").get_by_text("10 pages")).to_be_visible()


def test_a_file_that_cannot_be_read_leaves_the_old_one(service: Service, site: Site) -> None:
    document = index(service, "birds.pdf", OLD)
    page = site.tab(site.serve(service), "/#/documents").page

    choose(page, "broken.pdf", b"%PDF-1.7 nothing")

    row = row_of(page, "birds.pdf")
    expect(row.get_by_role("alert")).to_contain_text("It was not replaced.")
    expect(row.get_by_role("alert")).to_contain_text("keep the version before")
    expect(row).to_have_attribute("data-state", "ready")
    assert service.catalog.document("default", UUID(document)).name == "birds.pdf"
    choose(page, "otters.pdf", SHORT)
    expect(row_of(page, "otters.pdf").get_by_text("1 page")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_document_that_failed_gets_a_file_that_can_be_read(service: Service, site: Site) -> None:
    index(service, "broken.pdf", b"%PDF-1.7 nothing")
    page = site.tab(site.serve(service), "/#/documents").page
    expect(row_of(page, "broken.pdf").get_by_role("alert")).to_contain_text("Reason: corrupt")

    choose(page, "birds.pdf", OLD, instead_of="broken.pdf")

    expect(row_of(page, "birds.pdf")).to_have_attribute("data-state", "ready")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_the_bytes_of_another_document_are_refused_and_its_own_change_nothing(
    service: Service, site: Site
) -> None:
    index(service, "birds.pdf", OLD)
    index(service, "otters.pdf", SHORT)
    page = site.tab(site.serve(service), "/#/documents", expected=["/documents/"]).page
    row = row_of(page, "birds.pdf")

    choose(page, "otters.pdf", SHORT)
    expect(row.get_by_role("alert")).to_contain_text("'otters.pdf') already holds these bytes")
    choose(page, "birds.pdf", OLD)

    expect(row.get_by_text("nothing was changed")).to_be_visible()
    expect(row.get_by_role("alert")).to_have_count(0)


def test_a_document_is_replaced_by_keyboard_and_the_focus_stays_in_its_row(
    service: Service, site: Site
) -> None:
    index(service, "birds.pdf", OLD)
    page = site.tab(site.serve(service), "/#/documents").page
    page.get_by_role("button", name="Replace birds.pdf").focus()
    page.keyboard.press("Enter")
    field = page.get_by_role("dialog").get_by_label("New file")
    expect(field).to_be_focused()

    page.get_by_role("dialog").get_by_role("button", name="Replace").click()
    assert field.evaluate("(one) => one.validity.valueMissing")
    with page.expect_file_chooser() as chooser:
        field.press("Enter")
    chooser.value.set_files({"name": "otters.pdf", "mimeType": "application/pdf", "buffer": SHORT})
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(row_of(page, "otters.pdf").get_by_text("1 page")).to_be_visible()
    expect(page.get_by_role("button", name="Replace otters.pdf")).to_be_visible()
    assert page.evaluate("document.activeElement.closest('.tools') !== null")


def test_who_dismisses_the_question_changes_nothing(service: Service, site: Site) -> None:
    document = index(service, "birds.pdf", OLD)
    page = site.tab(site.serve(service), "/#/documents").page
    page.get_by_role("button", name="Replace birds.pdf").click()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Replace birds.pdf")).to_be_focused()
    assert [job.state for job in service.ledger.jobs("default")] == ["done"]
    assert service.catalog.document("default", UUID(document)).name == "birds.pdf"


def test_a_file_dropped_while_it_is_asked_for_is_the_answer(service: Service, site: Site) -> None:
    index(service, "birds.pdf", OLD)
    page = site.tab(site.serve(service), "/#/documents").page
    page.get_by_role("button", name="Replace birds.pdf").click()
    content = page.evaluate("(raw) => btoa(String.fromCharCode(...raw))", [*SHORT])

    page.evaluate(DROP, ["otters.pdf", content])
    page.get_by_role("dialog").get_by_role("button", name="Replace").click()

    expect(row_of(page, "otters.pdf").get_by_text("1 page")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(1)


def test_pictures_are_of_the_new_version_after_the_page_is_loaded_again(
    service: Service, site: Site
) -> None:
    index(service, "birds.pdf", OLD)
    page = site.tab(site.serve(service), "/#/documents").page
    page.get_by_role("button", name="Look at birds.pdf").click()
    picture = page.locator("#page .sheet img")
    expect(picture).to_have_attribute("src", BLOB)
    before = picture.evaluate(SEEN)

    choose(page, "otters.pdf", SHORT)
    expect(page.locator("#page h2")).to_have_text("otters.pdf")
    page.reload()
    expect(page.locator("#page h2")).to_have_text("otters.pdf")

    expect(picture).to_have_attribute("src", BLOB)
    assert picture.evaluate(SEEN) != before


def test_the_row_of_a_document_fits_a_phone(service: Service, site: Site) -> None:
    index(service, "birds.pdf", OLD)
    page = site.tab(site.serve(service), "/#/documents", viewport=PHONE, has_touch=True).page
    page.get_by_role("button", name="Replace birds.pdf").tap()
    expect(page.get_by_role("dialog").get_by_label("New file")).to_be_in_viewport(ratio=1)

    widths = page.evaluate("() => [document.documentElement.scrollWidth, innerWidth]")

    assert widths[0] <= widths[1]
