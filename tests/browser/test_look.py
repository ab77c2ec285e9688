"""How the page looks and can be used: dark, narrow, by keyboard, by ear."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from api.app import create_app
from api.service import Service
from tests.browser.conftest import Site, index
from tests.serving import served
from tests.tiny import pdf

PHONE = {"width": 360, "height": 740}
ASKED = "/#/ask?c=default&q=How+tall+is+the+dam%3F"
VIEWS = [ASKED, "/#/ask", "/#/documents", "/#/questions", "/#/reports"]
NAMELESS = """() => [...document.querySelectorAll(
    "button, a[href], input, select, textarea, iframe, img, [role=img], [role=progressbar]")]
  .filter((one) => one.checkVisibility() && !one.closest("[aria-hidden=true]"))
  .filter((one) => !(one.ariaLabel || one.textContent.trim() || one.alt || one.title
    || one.labels?.[0]?.textContent.trim() || (one.tagName === "IMG" && one.alt === "" &&
    one.closest("button, label"))))
  .map((one) => one.outerHTML.slice(0, 120))"""
FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const channels = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
    return { rgb: [r, g, b], alpha: a / 255 };
  };
  const over = ({ rgb, alpha }, under) => rgb.map((one, n) => one * alpha + under[n] * (1 - alpha));
  const ground = (one) => {
    if (!one) return [255, 255, 255];
    const own = channels(getComputedStyle(one).backgroundColor);
    return own.alpha === 1 ? own.rgb : over(own, ground(one.parentElement));
  };
  const light = (rgb) => rgb.map((one) => one / 255)
    .map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4))
    .reduce((sum, one, n) => sum + one * [0.2126, 0.7152, 0.0722][n], 0);
  const faint = [];
  for (const one of document.querySelectorAll("body *")) {
    const hasText = [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !one.checkVisibility()) continue;
    if (one.closest(".unseen, .skip, :disabled, option")) continue;
    const back = ground(one);
    const [a, b] = [light(over(channels(getComputedStyle(one).color), back)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${ratio.toFixed(2)} ${one.className} ${one.textContent}`);
  }
  return faint;
}"""


@pytest.fixture(scope="module")
def url(shared: Service) -> Iterator[str]:
    index(shared, "dams.pdf", pdf("The dam is twelve metres tall", "Herons nest on the island"))
    index(shared, f"{'a-very-long-name-' * 8}.pdf", b"%PDF-1.7 nothing")
    with served(create_app(shared)) as address:
        yield address


def settled(page: Page, view: str) -> None:
    page.goto(view)
    page.wait_for_load_state("networkidle")
    if view == ASKED:
        expect(page.locator(".box.lit")).to_have_count(1)
    if view == "/#/documents":
        expect(page.get_by_role("article")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_word_stands_out_and_everything_has_a_name(url: str, site: Site, scheme: str) -> None:
    page = site.tab(url, color_scheme=scheme).page
    for view in VIEWS:
        settled(page, view)

        assert page.evaluate(FAINT) == []
        assert page.evaluate(NAMELESS) == []
        assert page.locator("h1:visible, #ask h2:visible, #page h2:visible").count() >= 1


def test_the_theme_is_chosen_and_kept(url: str, site: Site) -> None:
    page = site.tab(url, color_scheme="light").page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    page.get_by_role("button", name="Theme: auto").click()
    page.get_by_role("button", name="Theme: light").click()
    expect(page.get_by_role("button", name="Theme: dark")).to_be_visible()
    dark = page.evaluate(ground)
    page.reload()

    assert dark != light
    assert page.evaluate(ground) == dark


def test_nothing_runs_over_the_side_of_a_phone(url: str, site: Site) -> None:
    page = site.tab(url, viewport=PHONE, has_touch=True).page
    for view in VIEWS:
        settled(page, view)

        widths: dict[str, Any] = page.evaluate(
            "() => ({ all: document.documentElement.scrollWidth, seen: innerWidth })"
        )
        assert widths["all"] <= widths["seen"], view

    settled(page, ASKED)
    page.get_by_role("button", name="Citation 1").click()
    expect(page.locator(".box.lit")).to_be_in_viewport()


def test_the_keyboard_alone_is_enough(url: str, site: Site) -> None:
    page = site.tab(url, "/").page
    expect(page.get_by_text("2 documents in")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.keyboard.press("/")
    page.keyboard.type("How tall is the dam?")
    page.keyboard.press("Enter")
    expect(page.locator(".box.lit")).to_have_count(1)
    page.keyboard.press("Escape")  # out of the question
    page.keyboard.press("Escape")  # the page away
    expect(page.locator("#page")).to_be_hidden()
    page.keyboard.press("]")
    expect(page.locator(".box.lit")).to_have_count(1)

    reached = []
    page.evaluate("document.querySelector('#question').focus()")
    for _ in range(6):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent.trim().slice(0, 12)"))
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none" or (
            page.evaluate("document.activeElement.type === 'radio'")
        )
    assert [one for one in reached if one] == [
        "Ask",
        "Filters",
        "1",
        "1twelve metr",
        "Golden quest",
    ]


def test_what_is_typed_right_after_the_slash_belongs_to_the_question(url: str, site: Site) -> None:
    page = site.tab(url, "/#/documents").page
    expect(page.get_by_role("article")).to_have_count(2)
    press = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: '/', bubbles: true }))"

    assert page.evaluate(f"() => {{ {press}; return document.activeElement.id }}") == "question"

    page.go_back()
    expect(page.get_by_role("article")).to_have_count(2)
    expect(page.get_by_role("article").first).to_be_visible()


def test_the_skip_link_leads_to_the_content(url: str, site: Site) -> None:
    page = site.tab(url, "/#/documents").page
    expect(page.get_by_role("article")).to_have_count(2)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_in_viewport()
