"""Take the README's pictures of the web page, in Chromium, from a server that has the demo.

Usage: pagesight ingest demo/corpus && pagesight serve
       python -m tools.draw_web URL [COLLECTION]

Writes docs/images/web-*.png. One of them shows a file on its way: it is handed in to a collection
of its own, which is deleted again.
"""

import io
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import httpx
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
CORPUS = ROOT / "demo" / "corpus"
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}
MEANING = "What does error E31 mean on the AW-9?"
BILL = "How many oak stakes were driven for the river path?"
BOG = "By how much do cheap probes read the water table too low near the surface of the bog?"
ON_ITS_WAY = "on-its-way"
HANDED_IN = [
    "receipt-harbour-hardware.png",
    "jardin-partage-reglement.pdf",
    "halvern-water-annual-report-2024.pdf",
]
WAIT_MS = 60_000


def draw(browser: Browser, url: str, collection: str) -> None:
    """Take all pictures."""
    with _tab(browser, url) as page:
        page.goto(_asked(collection, MEANING))
        expect(page.locator(".box.lit")).to_be_visible(timeout=WAIT_MS)
        _keep(page, "web-ask")
    with _tab(browser, url, is_dark=True) as page:
        page.goto(_asked(collection, BOG, mode="pages", heat="all"))
        expect(page.get_by_role("img", name="Heat of")).to_be_visible(timeout=WAIT_MS)
        page.get_by_role("button", name="Heat maps").click()
        expect(page.locator(".hit canvas")).to_have_count(6, timeout=WAIT_MS)
        _keep(page, "web-heat")
    with _tab(browser, url, is_phone=True) as page:
        page.goto(_asked(collection, BILL))
        expect(page.locator(".box.lit")).to_have_count(1, timeout=WAIT_MS)
        _keep(page, "web-phone")
    with _tab(browser, url) as page, _gone_afterwards(url):
        page.goto(f"/#/documents?c={ON_ITS_WAY}")
        page.locator("#drop input[type=file]").set_input_files(
            [_file("torn.pdf", b"%PDF-1.7 torn"), *(_file(n, _read(n)) for n in HANDED_IN)]
        )
        expect(page.locator("[data-state=failed]")).to_be_visible(timeout=WAIT_MS)
        expect(page.locator(".cells i[data-state=ready]")).to_have_count(8, timeout=WAIT_MS)
        _keep(page, "web-documents", is_settled=False)


def _asked(collection: str, question: str, **more: str) -> str:
    return f"/#/ask?{urlencode({'c': collection, 'q': question, **more})}"


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def _read(name: str) -> bytes:
    return (CORPUS / name).read_bytes()


@contextmanager
def _tab(
    browser: Browser, url: str, *, is_dark: bool = False, is_phone: bool = False
) -> Iterator[Page]:
    context = browser.new_context(
        base_url=url,
        viewport=PHONE if is_phone else DESKTOP,
        device_scale_factor=2 if is_phone else 1,
        color_scheme="dark" if is_dark else "light",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


@contextmanager
def _gone_afterwards(url: str) -> Iterator[None]:
    try:
        yield
    finally:
        httpx.delete(f"{url}/v1/collections/{ON_ITS_WAY}", timeout=60)


def _keep(page: Page, name: str, *, is_settled: bool = True) -> None:
    if is_settled:
        page.wait_for_load_state("networkidle")
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        few = picture.convert("RGB").quantize(200, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{name}.png", optimize=True)


def main() -> None:
    """Take the pictures from the server that the command line names."""
    url, collection = [*sys.argv[1:], "default"][:2]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        draw(browser, url.rstrip("/"), collection)
        browser.close()


if __name__ == "__main__":
    main()
