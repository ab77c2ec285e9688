import io
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from reportlab.lib import pdfencrypt  # type: ignore[import-untyped] # it has none
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # likewise

from index.errors import (
    Corrupt,
    DocumentRejected,
    EmptyDocument,
    Encrypted,
    NotADocument,
    PageTooLarge,
    RenderFailed,
    RenderTimeout,
    TooLarge,
    TooManyPages,
)
from ingest.child import EngineName
from ingest.drawing import Drawing, DrawnPage, PageTrouble
from ingest.formats import Format
from ingest.limits import Limits

BOTH: tuple[EngineName, ...] = ("pdfium", "poppler")
TEXT = b"BT /F1 24 Tf 72 700 Td (Hello) Tj ET"


def stream(body: bytes, entries: bytes) -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), entries, body)


ANY = Limits()
MakePdf = Callable[..., Path]
Save = Callable[[bytes], Path]


def pages_of(
    path: Path, last: int = 1, *, limits: Limits = ANY, engines: tuple[EngineName, ...] = BOTH
) -> Iterator[DrawnPage | PageTrouble]:
    return Drawing(path, limits, engines).pages(1, last)


def error_of(path: Path, *, limits: Limits = ANY) -> DocumentRejected:
    (page,) = pages_of(path, limits=limits)
    assert isinstance(page, PageTrouble)
    return page.error


def locked_pdf(*, needs_password: bool) -> bytes:
    out = io.BytesIO()
    secret = "secret" if needs_password else ""
    lock = pdfencrypt.StandardEncryption(secret, ownerPassword="owner", canPrint=0)
    canvas = Canvas(out, encrypt=lock)
    canvas.drawString(72, 700, "Hello")
    canvas.save()
    return out.getvalue()


def test_a_pdf_is_probed_without_drawing_it(make_pdf: MakePdf) -> None:
    probe = Drawing(make_pdf(TEXT, TEXT, TEXT), ANY, BOTH).probe()
    assert (probe.format, probe.n_pages, probe.engine) == (Format.PDF, 3, "pdfium")


def test_pages_come_in_order_with_their_words(make_pdf: MakePdf) -> None:
    path = make_pdf(*(b"BT /F1 24 Tf 72 700 Td (page%d) Tj ET" % n for n in range(1, 6)))
    found = [page.drawn for page in Drawing(path, ANY, BOTH).pages(2, 4) if page[1] == "pdfium"]
    assert [(page.number, page.words[0].text) for page in found] == [
        (2, "page2"),
        (3, "page3"),
        (4, "page4"),
    ]


@pytest.mark.parametrize("engine", BOTH)
def test_each_engine_draws_the_same_page(make_pdf: MakePdf, engine: EngineName) -> None:
    (page,) = pages_of(make_pdf(TEXT), engines=(engine,))
    assert isinstance(page, DrawnPage)
    assert page.engine == engine
    drawn = page.drawn
    assert (drawn.width, drawn.height) == Limits().render_size(612, 792)
    assert [word.text for word in drawn.words] == ["Hello"]
    left, top, right, bottom = drawn.words[0].box
    assert 0.1 < left < right < 0.25
    assert 0.08 < top < bottom < 0.13
    image = Image.frombytes("RGB", (drawn.width, drawn.height), bytes(drawn.pixels))
    assert image.getpixel((0, 0)) == (255, 255, 255)
    ink = image.convert("L").point(lambda value: 255 if value < 128 else 0).getbbox()
    assert ink is not None
    assert ink[0] / drawn.width == pytest.approx(left, abs=0.005)
    assert ink[2] / drawn.width == pytest.approx(right, abs=0.005)


def test_a_name_that_looks_like_an_option_is_a_name(tmp_path: Path, make_pdf: MakePdf) -> None:
    path = make_pdf(TEXT).rename(tmp_path / "-rf\n'quoted'.exe")
    for engine in BOTH:
        (page,) = pages_of(path, engines=(engine,))
        assert isinstance(page, DrawnPage)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", EmptyDocument),
        (b"just some text", NotADocument),
        (bytes(100_000), NotADocument),
        (b"MZ\x90\0 %PDF-1.4 two in one", NotADocument),
        (b"%PDF-1.4 and nothing else", Corrupt),
        (b"\x89PNG\r\n\x1a\n and nothing else", Corrupt),
        (b"II*\0 and nothing else", Corrupt),
        (b"\xff\xd8\xff and nothing else", Corrupt),
    ],
)
def test_what_is_no_document_is_refused(
    save: Save, data: bytes, expected: type[DocumentRejected]
) -> None:
    path = save(data)
    with pytest.raises(expected):
        Drawing(path, ANY, BOTH).probe()
    with pytest.raises(expected):
        list(pages_of(path))


def test_half_a_pdf_is_corrupt(save: Save) -> None:
    data = locked_pdf(needs_password=False)
    with pytest.raises(Corrupt):
        Drawing(save(data[: len(data) // 2]), ANY, BOTH).probe()


def test_a_pdf_that_needs_a_password_is_encrypted(save: Save) -> None:
    with pytest.raises(Encrypted):
        Drawing(save(locked_pdf(needs_password=True)), ANY, BOTH).probe()


@pytest.mark.parametrize("engine", BOTH)
def test_a_pdf_that_only_forbids_printing_is_read(save: Save, engine: EngineName) -> None:
    (page,) = pages_of(save(locked_pdf(needs_password=False)), engines=(engine,))
    assert isinstance(page, DrawnPage)
    assert [word.text for word in page.drawn.words] == ["Hello"]


def test_a_pdf_without_pages_is_empty(make_pdf: MakePdf) -> None:
    with pytest.raises(EmptyDocument):
        Drawing(make_pdf(), ANY, BOTH).probe()


def test_a_lie_about_the_number_of_pages_is_not_believed(make_pdf: MakePdf) -> None:
    assert Drawing(make_pdf(TEXT, count=2_000_000_000), ANY, BOTH).probe().n_pages == 1


@pytest.mark.slow
def test_twenty_thousand_pages_are_too_many(make_pdf: MakePdf) -> None:
    with pytest.raises(TooManyPages, match="20000"):
        Drawing(make_pdf(*[b""] * 20_000), ANY, BOTH).probe()


def test_a_file_of_too_many_bytes_is_not_opened(make_pdf: MakePdf) -> None:
    with pytest.raises(TooLarge):
        Drawing(make_pdf(TEXT), Limits(max_bytes=100), BOTH).probe()


@pytest.mark.parametrize("engine", BOTH)
@pytest.mark.parametrize("page", [b"", b"/UserUnit 1000"])
@pytest.mark.parametrize("box", ["0 0 14400 14400", "0 0 1000000 1000000"])
def test_a_huge_page_is_drawn_within_the_budget_and_never_as_one_pixel(
    make_pdf: MakePdf, engine: EngineName, box: str, page: bytes
) -> None:
    path = make_pdf(b"0 0 1 rg 0 0 1000000 1000000 re f", box=box, page=page)
    (drawn_page,) = pages_of(path, engines=(engine,))
    assert isinstance(drawn_page, DrawnPage)
    drawn = drawn_page.drawn
    assert (drawn.width, drawn.height) == Limits().render_size(1, 1)
    assert bytes(drawn.pixels[:3]) == b"\x00\x00\xff"


def test_a_page_as_thin_as_a_thread_is_too_large(make_pdf: MakePdf) -> None:
    assert isinstance(error_of(make_pdf(TEXT, box="0 0 1000000 1")), PageTooLarge)


def test_a_page_that_never_ends_costs_its_time_and_no_other_page(
    endless_pdf: Callable[..., Path],
) -> None:
    limits = Limits(cpu_s=1, page_timeout_s=60)
    found = list(pages_of(endless_pdf(n_pages=4, bad=2), 4, limits=limits))
    assert [isinstance(page, DrawnPage) for page in found] == [True, False, True, True]
    assert isinstance(found[1], PageTrouble)
    assert isinstance(found[1].error, RenderTimeout)
    assert [page.drawn.number for page in found if isinstance(page, DrawnPage)] == [1, 3, 4]


def test_forms_of_forms_of_forms_end_by_time_or_memory(
    laughs_pdf: Callable[[], Path],
) -> None:
    limits = Limits(cpu_s=1, page_timeout_s=60, memory_bytes=400_000_000)
    assert isinstance(error_of(laughs_pdf(), limits=limits), RenderTimeout | RenderFailed)


def test_a_document_that_uses_up_its_time_ends(endless_pdf: Callable[..., Path]) -> None:
    limits = Limits(page_timeout_s=10, document_timeout_s=1.0)
    with pytest.raises(RenderTimeout):
        list(pages_of(endless_pdf(n_pages=1, bad=1), limits=limits))


def test_a_page_that_ends_one_engine_comes_from_the_other_and_the_rest_from_the_first(
    make_pdf: MakePdf,
) -> None:
    packed = zlib.compress(b" " * 100 * 2**20 + TEXT, 9)
    path = make_pdf(b"", TEXT, more=[stream(packed, b"/Filter /FlateDecode")])
    path.write_bytes(path.read_bytes().replace(b"/Contents 6 0 R", b"/Contents 4 0 R"))
    found = list(pages_of(path, 2, limits=Limits(memory_bytes=180_000_000)))
    assert [page.engine for page in found if isinstance(page, DrawnPage)] == ["poppler", "pdfium"]
    assert all(isinstance(page, DrawnPage) and page.drawn.words for page in found)


def test_a_page_beyond_the_last_is_named_as_missing(make_pdf: MakePdf) -> None:
    found = list(pages_of(make_pdf(TEXT), 3))
    assert [type(page) for page in found] == [DrawnPage, PageTrouble, PageTrouble]
    assert isinstance(found[2], PageTrouble)
    assert found[2].number == 3


def test_a_stream_that_no_engine_can_unpack_in_its_limits_fails_its_page(
    make_pdf: MakePdf,
) -> None:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 2**24) for _ in range(64)) + packer.flush()
    path = make_pdf(b"", more=[stream(packed, b"/Filter /FlateDecode")])
    path.write_bytes(path.read_bytes().replace(b"/Contents 6 0 R", b"/Contents 4 0 R"))
    limits = Limits(memory_bytes=400_000_000, cpu_s=1, page_timeout_s=60)
    assert isinstance(error_of(path, limits=limits), RenderFailed)


@pytest.mark.slow
def test_an_image_of_thirty_thousand_pixels_a_side_ends_within_its_limits(
    make_pdf: MakePdf,
) -> None:
    image = stream(
        zlib.compress(bytes(30_000 * 30_000 // 8), 9),
        b"/Type /XObject /Subtype /Image /Width 30000 /Height 30000 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 1 /Filter /FlateDecode",
    )
    path = make_pdf(
        b"q 612 0 0 792 0 0 cm /X Do Q", resources=b"/XObject << /X 4 0 R >>", more=[image]
    )
    (page,) = pages_of(path, limits=Limits())
    assert isinstance(page, DrawnPage)
    assert bytes(page.drawn.pixels[:3]) == b"\0\0\0"


def test_a_png_that_claims_a_billion_pixels_is_refused_before_it_is_decoded(save: Save) -> None:
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    chunks = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    )
    assert isinstance(error_of(save(b"\x89PNG\r\n\x1a\n" + chunks)), PageTooLarge)
