"""Files for the tests of reading: made here, byte by byte, whole or broken on purpose."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.limits import Limits
from ingest.ocr import TesseractOcr
from ingest.reading import Reader
from tests.pdf_objects import HELVETICA, file_of, stream


@pytest.fixture(autouse=True)
def one_thread_per_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")


@pytest.fixture
def reader() -> Reader:
    return Reader(Limits(), TesseractOcr(n_workers=2))


@pytest.fixture
def save(tmp_path: Path) -> Callable[[bytes], Path]:
    def saved(data: bytes) -> Path:
        path = tmp_path / f"upload-{len(list(tmp_path.iterdir()))}"
        path.write_bytes(data)
        return path

    return saved


@pytest.fixture
def make_pdf(save: Callable[[bytes], Path]) -> Callable[..., Path]:
    """A PDF of one page for each content stream; object 3 is the font F1, `more` comes from 4 on.

    `page` holds further entries of every page, `resources` further resources, `count` a lie.
    """

    def made(
        *contents: bytes,
        box: str = "0 0 612 792",
        page: bytes = b"",
        resources: bytes = b"",
        fonts: bytes = b"",
        more: Sequence[bytes] = (),
        count: int | None = None,
    ) -> Path:
        first = 4 + len(more)
        objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", HELVETICA, *more]
        for i, content in enumerate(contents):
            objects.append(
                b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents %d 0 R %s "
                b"/Resources << /Font << /F1 3 0 R %s >> %s >> >>"
                % (box.encode(), first + 2 * i + 1, page, fonts, resources)
            )
            objects.append(stream(content))
        kids = b" ".join(b"%d 0 R" % (first + 2 * i) for i in range(len(contents)))
        n_pages = len(contents) if count is None else count
        objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (n_pages, kids)
        return save(file_of(objects))

    return made


@pytest.fixture
def laughs_pdf(make_pdf: Callable[..., Path]) -> Callable[[], Path]:
    """A PDF whose page draws ten forms of ten forms of ten forms…: ten billion in all."""

    def made() -> Path:
        depth = 10
        entries = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] "
        resources = b"/Resources << /XObject << /X %d 0 R >> >>"
        forms = [stream(b"/X Do\n" * 10, entries + resources % (5 + i)) for i in range(depth)]
        leaf = stream(b"0 0 10 10 re f", entries)
        return make_pdf(b"/X Do", resources=b"/XObject << /X 4 0 R >>", more=[*forms, leaf])

    return made


@pytest.fixture
def endless_pdf(make_pdf: Callable[..., Path]) -> Callable[..., Path]:
    """A PDF whose page `bad` is tiled at steps too small to ever finish; it needs no memory."""

    def made(*, n_pages: int, bad: int) -> Path:
        tile = stream(
            b"0 0 1 1 re f",
            b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] "
            b"/XStep 0.0001 /YStep 0.0001 /Resources << >>",
        )
        contents = [
            b"/Pattern cs /P scn 0 0 612 792 re f"
            if number == bad
            else b"BT /F1 20 Tf 72 700 Td (page %d) Tj ET" % number
            for number in range(1, n_pages + 1)
        ]
        return make_pdf(*contents, resources=b"/Pattern << /P 4 0 R >>", more=[tile])

    return made
