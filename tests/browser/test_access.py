"""A service that wants a key: asked for once, shown with every request, pictures too."""

import re

from playwright.sync_api import Page, expect

from api.service import Service
from index.catalog.accounts import SCOPES, NewKey, Scope
from tests.browser.conftest import Site, index
from tests.tiny import pdf

BIRDS = pdf("Herons nest on the island")
ASKED = "/#/ask?c=default&q=Where+do+herons+nest%3F"
REFUSED = ["/v1/"]  # where a key is missing, the browser tells of each request


def key_of(service: Service, *, tenant: str = "default", scopes: frozenset[Scope] = SCOPES) -> str:
    """Make a key; from the first one on the service asks for one."""
    _, key = service.keys.issue(NewKey("web page", tenant, scopes))
    return key


def enter(page: Page, key: str) -> None:
    page.get_by_role("dialog").get_by_label("Key").fill(key)
    page.keyboard.press("Enter")


def test_the_key_is_asked_for_once_and_shown_with_every_request(
    service: Service, site: Site
) -> None:
    index(service, "birds.pdf", BIRDS)
    key = key_of(service)
    page = site.tab(site.serve(service), ASKED, expected=REFUSED).page
    dialog = page.get_by_role("dialog")
    expect(dialog).to_have_count(1)

    enter(page, f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}")
    expect(dialog.get_by_text("The key was not accepted")).to_be_visible()
    enter(page, key)

    expect(page.locator(".cites li")).to_have_count(1)
    expect(dialog).to_have_count(0)
    picture = page.locator("#page .sheet img")
    expect(picture).to_have_attribute("src", re.compile("^blob:"))
    assert picture.evaluate("(one) => one.decode().then(() => one.naturalWidth)") > 100
    page.reload()
    expect(page.locator(".cites li")).to_have_count(1)
    assert key not in page.url
    assert page.evaluate("localStorage.length") == 0


def test_a_file_is_handed_in_and_watched_with_the_key(service: Service, site: Site) -> None:
    key = key_of(service, scopes=frozenset({"read", "ingest"}))
    page = site.tab(site.serve(service), "/#/documents", expected=REFUSED).page
    enter(page, key)
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.locator("#drop input[type=file]").set_input_files(
        {"name": "birds.pdf", "mimeType": "application/pdf", "buffer": BIRDS}
    )

    row = page.get_by_role("article", name="birds.pdf")
    expect(row).to_have_attribute("data-state", "ready")


def test_a_tenant_sees_its_own_collections_alone(service: Service, site: Site) -> None:
    index(service, "birds.pdf", BIRDS)
    service.create_collection("acme.reports")
    key = key_of(service, tenant="acme")
    page = site.tab(site.serve(service), "/#/documents", expected=REFUSED).page
    enter(page, key)

    expect(page.locator("#collection option")).to_have_text(["default", "reports"])
    expect(page.get_by_text("No documents in “default” yet.")).to_be_visible()


def test_what_the_key_does_not_reach_is_said(service: Service, site: Site) -> None:
    index(service, "birds.pdf", BIRDS)
    key = key_of(service, scopes=frozenset({"read", "query"}))
    page = site.tab(site.serve(service), "/#/documents", expected=REFUSED).page
    enter(page, key)
    row = page.get_by_role("article", name="birds.pdf")

    row.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    expect(row.get_by_role("alert")).to_contain_text("This needs the scope 'delete'")


def test_who_gives_no_key_is_told_so(service: Service, site: Site) -> None:
    key_of(service)
    page = site.tab(site.serve(service), "/#/reports", expected=REFUSED).page
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("alert")).to_contain_text("Send a key")
