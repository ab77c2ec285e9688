"""Documents: handed in, watched page by page, failed with a reason, tried again, deleted."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.service import Service
from tests.browser.conftest import Site, index
from tests.tiny import HashedWords, pdf

DROP = """([name, content]) => {
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(atob(content), (one) => one.charCodeAt(0))], name));
  for (const type of ["dragenter", "dragover", "drop"]) {
    document.body.dispatchEvent(
      new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer: data }));
  }
}"""
MANY = pdf(*(f"Page {n} of many" for n in range(1, 11)))  # a chunk of eight, and two more
Without = Callable[[ASGIApp], ASGIApp]


def without(*endings: str) -> Without:
    """A server that lacks routes, as an older one does."""

    def around(app: ASGIApp) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and scope["path"].endswith(endings):
                absent = {"code": "not_found", "detail": "Not Found", "status": 404}
                await JSONResponse(absent, 404)(scope, receive, send)
            else:
                await app(scope, receive, send)

        return answer

    return around


def hand_in(page: Page, name: str, content: bytes) -> None:
    page.locator("#drop input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": content}
    )


@pytest.mark.parametrize("around", [without(), without("/events", "/jobs")], ids=["told", "asked"])
def test_pages_become_ready_before_the_eyes(
    service: Service, encoder: HashedWords, site: Site, around: Without
) -> None:
    first_chunk, go_on = threading.Event(), threading.Event()

    def wait(_: int) -> None:
        if first_chunk.is_set():
            go_on.wait(30)
        first_chunk.set()

    encoder.before_pages = wait
    tab = site.tab(site.serve(service, around), "/#/documents", expected=["/events", "/jobs"])
    hand_in(tab.page, "many.pdf", MANY)
    row = tab.page.get_by_role("article", name="many.pdf")

    expect(row.locator(".cells i")).to_have_count(10)
    expect(row.locator(".cells i[data-state=ready]")).to_have_count(8)
    expect(row.get_by_text("8 of 10 pages")).to_be_visible()
    go_on.set()
    expect(row).to_have_attribute("data-state", "ready")
    expect(row.get_by_text("10 pages")).to_be_visible()
    expect(tab.page.locator("#live")).to_have_text("many.pdf is ready, 10 pages")


def test_a_file_may_be_dropped_anywhere(service: Service, site: Site) -> None:
    page = site.tab(site.serve(service), "/#/ask?c=reports").page
    content = page.evaluate("(raw) => btoa(String.fromCharCode(...raw))", [*pdf("Herons nest")])

    page.evaluate(DROP, ["birds.pdf", content])

    row = page.get_by_role("article", name="birds.pdf")
    expect(row).to_have_attribute("data-state", "ready")
    expect(page.locator("#drop-veil")).to_be_hidden()
    expect(page.locator("#collection")).to_have_value("reports")
    assert [c.name for c in service.catalog.collections()] == ["reports"]


def test_a_document_gets_the_metadata_that_is_written_beside_it(
    service: Service, site: Site
) -> None:
    page = site.tab(site.serve(service), "/#/documents").page
    page.locator("#drop summary").click()
    page.locator("#drop details input").fill("year = 1962, kind = report")

    hand_in(page, "birds.pdf", pdf("Herons nest"))

    row = page.get_by_role("article", name="birds.pdf")
    expect(row).to_have_attribute("data-state", "ready")
    row.get_by_role("button", name="Details of").click()
    expect(row.get_by_text("Metadata: kind = report, year = 1962")).to_be_visible()


def test_metadata_that_is_not_understood_keeps_the_file_back(service: Service, site: Site) -> None:
    page = site.tab(site.serve(service), "/#/documents").page
    page.locator("#drop summary").click()
    page.locator("#drop details input").fill("the year after next")

    hand_in(page, "birds.pdf", pdf("Herons nest"))

    written = page.locator("#drop details input")
    assert "is no condition" in written.evaluate("(one) => one.validationMessage")
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_file_that_is_no_document_says_why_and_is_tried_again(
    service: Service, site: Site
) -> None:
    page = site.tab(site.serve(service), "/#/documents").page
    hand_in(page, "broken.pdf", b"%PDF-1.7 nothing")
    row = page.get_by_role("article", name="broken.pdf")
    expect(row).to_have_attribute("data-state", "failed")
    expect(row.get_by_role("alert")).to_contain_text("Reason: corrupt")

    with page.expect_response("**/retry") as answered:
        row.get_by_role("button", name="Retry").click()

    assert answered.value.status == 202
    expect(row).to_have_attribute("data-state", "failed")


def test_a_page_that_could_not_be_read_is_named(service: Service, site: Site) -> None:
    index(service, "strip.pdf", pdf("Herons nest", "too thin", strips=[2]))
    page = site.tab(site.serve(service), "/#/documents").page
    row = page.get_by_role("article", name="strip.pdf")

    row.get_by_role("button", name="Details of").click()

    expect(row.get_by_text("Page 2 could not be read")).to_be_visible()
    row.get_by_role("button", name="Look at").click()
    page.get_by_role("button", name="Next page").click()
    expect(page.locator("#page").get_by_role("alert")).to_contain_text("could not be read")


def test_a_server_that_cannot_retry_says_what_to_do(service: Service, site: Site) -> None:
    index(service, "broken.pdf", b"%PDF-1.7 nothing")
    absent = ["/retry", "/jobs"]
    tab = site.tab(site.serve(service, without(*absent)), "/#/documents", expected=absent)
    row = tab.page.get_by_role("article", name="broken.pdf")

    row.get_by_role("button", name="Retry").click()

    expect(row.get_by_text("Hand the same file in again")).to_be_visible()


def test_a_job_is_cancelled_and_begun_anew(
    service: Service, encoder: HashedWords, site: Site
) -> None:
    go_on = threading.Event()
    encoder.before_pages = lambda _: go_on.wait(30)
    page = site.tab(site.serve(service), "/#/documents").page
    hand_in(page, "many.pdf", MANY)
    row = page.get_by_role("article", name="many.pdf")
    expect(row.locator(".cells i")).to_have_count(10)

    with page.expect_response("**/cancel") as answered:
        row.get_by_role("button", name="Cancel").click()

    assert (answered.value.status, answered.value.json()["state"]) == (200, "cancelled")
    expect(row).to_have_attribute("data-state", "cancelled")
    expect(row.get_by_role("button", name="Look at")).to_be_disabled()
    go_on.set()
    row.get_by_role("button", name="Retry").click()
    expect(row).to_have_attribute("data-state", "ready")


def test_a_document_gets_another_name_and_other_metadata(service: Service, site: Site) -> None:
    document = index(service, "birds.pdf", pdf("Herons nest"), year=1962, place="Osby, Halvern")
    page = site.tab(site.serve(service), "/#/documents").page
    page.get_by_role("button", name="Look at birds.pdf").click()
    page.get_by_role("button", name="Edit birds.pdf").click()
    dialog = page.get_by_role("dialog")
    metadata = dialog.get_by_label("Metadata")
    expect(metadata).to_have_value('year = 1962, place = "Osby, Halvern"')

    metadata.fill("the year after next")
    dialog.get_by_role("button", name="Keep").click()
    assert "is no condition" in metadata.evaluate("(one) => one.validationMessage")
    metadata.fill('place = "Osby, Halvern", shelf = "12"')
    dialog.get_by_label("Name", exact=True).fill("herons.pdf")
    dialog.get_by_role("button", name="Keep").click()

    row = page.get_by_role("article", name="herons.pdf")
    expect(row.get_by_text('Metadata: place = "Osby, Halvern", shelf = "12"')).to_be_visible()
    expect(page.locator("#page h2")).to_have_text("herons.pdf")
    kept = service.catalog.document("default", UUID(document))
    assert (kept.name, kept.metadata) == (
        "herons.pdf",
        {"place": "Osby, Halvern", "shelf": "12"},
    )


def test_what_is_left_as_it_was_is_not_written(service: Service, site: Site) -> None:
    odd = {"count": "007", "note": 'five inches, 5"', "path": "a\\b", "none": "", "is": "true"}
    document = index(service, "birds.pdf", pdf("Herons nest"), **odd)
    page = site.tab(site.serve(service), "/#/documents").page
    page.get_by_role("button", name="Edit birds.pdf").click()
    dialog = page.get_by_role("dialog")

    dialog.get_by_label("Metadata").press("End")
    dialog.get_by_label("Metadata").press_sequentially(", new = 1")
    dialog.get_by_role("button", name="Keep").click()

    expect(page.get_by_text("new = 1")).to_be_visible()
    assert service.catalog.document("default", UUID(document)).metadata == {**odd, "new": 1}


def test_a_collection_is_deleted_after_one_question(service: Service, site: Site) -> None:
    index(service, "birds.pdf", pdf("Herons nest"))
    service.create_collection("reports")
    page = site.tab(site.serve(service), "/#/documents?c=reports").page

    page.get_by_role("button", name="Delete collection").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(page.get_by_role("article", name="birds.pdf")).to_be_visible()
    expect(page.locator("#collection option")).to_have_text(["default"])
    assert [c.name for c in service.catalog.collections()] == ["default"]
    page.get_by_role("button", name="Delete collection").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No documents in “default” yet.")).to_be_visible()
    expect(page.get_by_role("button", name="Delete collection")).to_be_hidden()


def test_a_document_is_deleted_after_one_question(service: Service, site: Site) -> None:
    index(service, "birds.pdf", pdf("Herons nest"))
    page = site.tab(site.serve(service), "/#/documents").page
    row = page.get_by_role("article", name="birds.pdf")

    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(row).to_be_visible()
    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(row).to_have_count(0)
    expect(page.get_by_text("No documents in “default” yet.")).to_be_visible()
    assert service.catalog.documents("default") == []


def test_a_collection_is_made_and_chosen(service: Service, site: Site) -> None:
    index(service, "birds.pdf", pdf("Herons nest"))
    page = site.tab(site.serve(service), "/#/documents").page
    page.get_by_role("button", name="New collection").click()
    page.get_by_label("Name", exact=True).fill("reports-2024")
    page.get_by_label("Languages of its pages").fill("de, en")
    page.keyboard.press("Enter")

    expect(page.get_by_text("No documents in “reports-2024” yet.")).to_be_visible()
    assert service.collection("reports-2024").manifest.language == ("de", "en")
    page.locator("#collection").select_option("default")
    expect(page.get_by_role("article", name="birds.pdf")).to_be_visible()


def test_markup_in_names_and_pages_stays_text(service: Service, site: Site) -> None:
    index(service, "<img src=x onerror=alert(0)>", b"%PDF-1.7 nothing")
    index(
        service,
        "<b onclick=alert(1)>bold.pdf",
        pdf("Herons <img src=x onerror=alert(3)> <script>alert(4)</script> nest"),
    )
    page = site.tab(site.serve(service), "/#/documents").page
    alerts: list[str] = []
    page.on("dialog", lambda dialog: alerts.append(dialog.message))

    expect(page.locator(".document .name")).to_have_count(2)
    page.get_by_role("button", name="Look at <b onclick=alert(1)>bold.pdf").click()
    expect(page.locator("#page h2")).to_have_text("<b onclick=alert(1)>bold.pdf")
    page.keyboard.press("t")
    expect(page.locator(".page-words")).to_contain_text("<script>alert(4)</script>")
    page.goto("/#/ask?c=default&q=Where+do+herons+nest%3F")
    expect(page.locator(".cites")).to_contain_text("<b onclick=alert(1)>bold.pdf")
    page.goto("/#/ask?c=default&q=%3Cimg+src%3Dx+onerror%3Dalert(5)%3E+herons")
    expect(page.locator(".hit")).to_have_count(1)

    assert page.locator("main b[onclick], main svg[onload], main img[onerror]").count() == 0
    assert page.locator("main script").count() == 0
    assert alerts == []
