"""Every bomb costs its own job at most: it ends with a code, and its neighbour is read."""

import itertools
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from psutil import Process

from api.app import create_app
from api.service import Service
from tests.hostile import pdfs, pictures
from tests.hostile.conftest import PAGE_S
from tests.serving import HERE

MAX_GROWTH = 1.10
# A document is opened, then read, by each of two engines, and none of the four is awaited longer.
AT_MOST_S = 4 * PAGE_S + 60  # of which 60 are for what is not a bomb, on a busy machine
SLOW = pytest.mark.slow
NEIGHBOURS = itertools.count()
# Time or memory, whichever this machine runs out of first; a fast one may be done with it in time.
A_LIMIT = ("render_timeout", "render_failed", "ready")

Make = Callable[[], bytes]


def bomb(name: str, ends: str | tuple[str, ...], make: Make, *, slow: bool = False) -> Any:
    allowed = (ends,) if isinstance(ends, str) else ends
    return pytest.param(allowed, make, id=name, marks=[SLOW] if slow else [])


def wide_jpeg(edge: int) -> bytes:
    entries = b"/Width %d /Height %d /Filter /DCTDecode" % (edge, edge)
    return pdfs.picture(pictures.jpeg(edge, edge), entries)


def boxed(box: bytes) -> Make:
    return lambda: pdfs.page_of(box=box)


PAGES = [
    bomb("14,400 points", "ready", boxed(b"0 0 14400 14400")),
    bomb("a million points", "ready", boxed(b"0 0 1000000 1000000")),
    bomb("units of 1000", "ready", lambda: pdfs.page_of(page=b"/UserUnit 1000")),
    bomb("a thin page", "page_too_large", boxed(b"0 0 1000000 1")),
    bomb("a narrow page", "page_too_large", boxed(b"0 0 1 1000000")),
    bomb("a negative box", "ready", boxed(b"0 0 -612 -792")),
    bomb("a box of no numbers", "ready", boxed(b"0 0 nan inf")),
    bomb("a box of no area", "ready", boxed(b"0 0 0 0")),
    bomb("a box beyond floats", "ready", boxed(b"-1e308 -1e308 1e308 1e308")),
    bomb("20,000 pages", "too_many_pages", lambda: pdfs.of_pages(20_000)),
    bomb("two billion claimed", "ready", lambda: pdfs.of_pages(1, 2_000_000_000)),
    bomb("minus five claimed", "ready", lambda: pdfs.of_pages(1, -5)),
    bomb("a cyclic tree", "render_failed", pdfs.cyclic_tree),
    bomb("parents in a ring", "ready", pdfs.parents_in_a_ring),
]
CONTENTS = [
    bomb("two gigabytes", A_LIMIT, pdfs.inflating_content),
    bomb("packed twice", A_LIMIT, pdfs.twice_inflating_content, slow=True),
    bomb("ten billion forms", A_LIMIT, pdfs.laughs),
    bomb("endless tiles", A_LIMIT, pdfs.endless_tiles, slow=True),
    bomb("a form of itself", "ready", pdfs.itself_as_form),
    bomb("nested arrays", "ready", pdfs.nested_arrays),
    bomb("nested states", "ready", pdfs.nested_saves),
    bomb("a length of its own", "ready", pdfs.own_length),
    bomb("tables in a ring", "ready", pdfs.tables_in_a_ring),
]
PICTURES_INSIDE = [
    bomb("JBIG2 garbage", "ready", lambda: pdfs.garbled("JBIG2Decode", 9999)),
    bomb("JPX garbage", "ready", lambda: pdfs.garbled("JPXDecode", 999)),
    bomb("LZW garbage", "ready", lambda: pdfs.garbled("LZWDecode", 999)),
    bomb("CCITT garbage", A_LIMIT, lambda: pdfs.garbled("CCITTFaxDecode", 60_000), slow=True),
    bomb("a JPEG that claims 65,000", A_LIMIT, lambda: wide_jpeg(65_000), slow=True),
]
FILES = [
    bomb("a user's password", "encrypted", lambda: pdfs.locked("secret")),
    bomb("an owner's password", "ready", lambda: pdfs.locked("")),
    bomb("a Windows program", "not_a_document", lambda: b"MZ\x90\0" + pdfs.honest()),
    bomb("an archive", "not_a_document", lambda: b"PK\x03\x04" + pdfs.honest()),
    bomb("a thousand NULs", "not_a_document", lambda: bytes(1000)),
    bomb("a header and NULs", "corrupt", lambda: b"%PDF-1.7\n" + bytes(100_000)),
    *(bomb(f"cut at {n} tenths", "corrupt", partial(pdfs.cut, n)) for n in range(1, 10, 2)),
]
IMAGES = [
    bomb("PNG of 50,000 x 50,000", "page_too_large", lambda: pictures.png(50_000, 50_000)),
    bomb("PNG that ends early", "render_failed", lambda: pictures.png(1000, 1000)[:60]),
    bomb("TIFF of 10,000 frames", "too_many_pages", lambda: pictures.tiff(10_000)),
    bomb("TIFF in a ring", "ready", lambda: pictures.tiff(3, ring=True)),
    bomb("TIFF of 2^31", "page_too_large", lambda: pictures.tiff(1, width=2**31 - 1)),
    bomb(
        "TIFF without its pixels",
        "render_failed",
        lambda: pictures.tiff(1, width=5000, height=5000),
    ),
    bomb("JPEG that claims 65,500", "page_too_large", lambda: pictures.jpeg(65_500, 65_500)),
    bomb("JPEG that ends early", "corrupt", lambda: pictures.saved("JPEG")[:300]),
    bomb("WebP that moves", "ready", lambda: pictures.webp(50)),
    bomb("WebP that claims 16,383", "corrupt", pictures.wide_webp),
]


@pytest.fixture(scope="module")
def client(hardened: Service) -> TestClient:
    return TestClient(create_app(hardened), base_url=HERE)


def handed_in(client: TestClient, name: str, content: bytes) -> dict[str, Any]:
    answer = client.post("/v1/collections/default/documents", files={"file": (name, content)})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()["document"]
    return body


def ending(client: TestClient, document: dict[str, Any]) -> str:
    told = client.get(f"/v1/collections/default/documents/{document['id']}").json()
    return str(told["error"]["code"] if told["error"] else told["state"])


def peak_and_rest() -> tuple[int, int]:
    """The most memory this process has held since the last call, and what it holds now."""
    status = Path("/proc/self/status").read_text()
    peak = next(int(line.split()[1]) << 10 for line in status.splitlines() if "VmHWM" in line)
    Path("/proc/self/clear_refs").write_text("5")
    return peak, Process().memory_info().rss


def sizes(service: Service, name: str) -> set[tuple[int, int]]:
    documents = service.catalog.documents("default", limit=1000)
    (generation,) = (one.generation for one in documents if one.name == name)
    assert generation is not None
    return {(page.width_px, page.height_px) for page in service.catalog.pages(generation)}


@pytest.mark.parametrize(("ends", "make"), [*PAGES, *CONTENTS, *PICTURES_INSIDE, *FILES, *IMAGES])
def test_a_bomb_ends_with_its_code_and_its_neighbour_is_read(
    hardened: Service,
    client: TestClient,
    request: pytest.FixtureRequest,
    ends: tuple[str, ...],
    make: Make,
) -> None:
    name, content = f"{request.node.callspec.id}.pdf", make()
    number = next(NEIGHBOURS)
    _, before = peak_and_rest()
    started = time.monotonic()
    hostile = handed_in(client, name, content)
    neighbour = handed_in(client, f"{number}.pdf", pdfs.honest(f"neighbour{number}"))

    hardened.worker.run_until_empty()

    peak, _ = peak_and_rest()
    ended = ending(client, hostile)
    assert ended in ends
    assert ending(client, neighbour) == "ready"
    assert time.monotonic() - started < AT_MOST_S
    assert peak < MAX_GROWTH * before
    if ended == "ready":
        assert all(min(size) > 1 for size in sizes(hardened, name))
