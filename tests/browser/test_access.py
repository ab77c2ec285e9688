"""A server that wants a key: asked for once, shown with every request, pictures too."""

import re

from playwright.sync_api import expect
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.service import Service
from tests.browser.conftest import Site, index
from tests.tiny import pdf

KEY = "ps_reader_0123456789abcdef"
ASKED = "/#/ask?c=default&q=Where+do+herons+nest%3F"


def locked(app: ASGIApp) -> ASGIApp:
    """A server that answers nothing of the API without the key."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        is_api = scope["type"] == "http" and scope["path"].startswith("/v1")
        if is_api and Headers(scope=scope).get("authorization") != f"Bearer {KEY}":
            refusal = {"code": "unauthorized", "detail": "a key is needed", "status": 401}
            await JSONResponse(refusal, 401)(scope, receive, send)
        else:
            await app(scope, receive, send)

    return answer


def test_the_key_is_asked_for_once_and_shown_with_every_request(
    service: Service, site: Site
) -> None:
    index(service, "birds.pdf", pdf("Herons nest on the island"))
    tab = site.tab(site.serve(service, locked), ASKED, expected=["/v1/"])
    dialog = tab.page.get_by_role("dialog")
    expect(dialog).to_have_count(1)

    dialog.get_by_label("Key").fill("ps_wrong")
    tab.page.keyboard.press("Enter")
    expect(dialog.get_by_text("The key was not accepted")).to_be_visible()
    dialog.get_by_label("Key").fill(KEY)
    tab.page.keyboard.press("Enter")

    expect(tab.page.locator(".cites li")).to_have_count(1)
    expect(dialog).to_have_count(0)
    picture = tab.page.locator("#page .sheet img")
    expect(picture).to_have_attribute("src", re.compile("^blob:"))
    assert picture.evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 100
    tab.page.reload()
    expect(tab.page.locator(".cites li")).to_have_count(1)
    assert KEY not in tab.page.url
    assert tab.page.evaluate("localStorage.length") == 0


def test_a_file_is_handed_in_with_the_key(service: Service, site: Site) -> None:
    tab = site.tab(site.serve(service, locked), "/#/documents", expected=["/v1/"])
    tab.page.get_by_label("Key", exact=True).fill(KEY)
    tab.page.keyboard.press("Enter")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)

    tab.page.locator("#drop input[type=file]").set_input_files(
        {"name": "birds.pdf", "mimeType": "application/pdf", "buffer": pdf("Herons nest")}
    )

    row = tab.page.get_by_role("article", name="birds.pdf")
    expect(row).to_have_attribute("data-state", "ready")


def test_who_gives_no_key_is_told_so(service: Service, site: Site) -> None:
    tab = site.tab(site.serve(service, locked), "/#/reports", expected=["/v1/"])
    expect(tab.page.get_by_role("dialog")).to_be_visible()
    tab.page.keyboard.press("Escape")

    expect(tab.page.get_by_role("alert")).to_contain_text("A key is needed")
