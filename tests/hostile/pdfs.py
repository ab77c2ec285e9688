"""PDFs made to hurt who reads them, byte by byte; none is kept in a file."""

import io
import zlib
from collections.abc import Sequence

from reportlab.lib import pdfencrypt  # type: ignore[import-untyped] # it has none
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # likewise

from tests.pdf_objects import HELVETICA, file_of, stream
from tests.tiny import pdf

MIB = 2**20
HELLO = b"BT /F1 24 Tf 72 700 Td (Hello heron) Tj ET"
FORM = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792] "
PICTURE = b"/Type /XObject /Subtype /Image /BitsPerComponent 8 /ColorSpace /DeviceGray "
SHOWN = b"q 612 0 0 792 0 0 cm /X Do Q"


def zeros(n_bytes: int) -> bytes:
    """A zlib stream of so many zeros, made without ever holding them: equal blocks repeat."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    rest = last.compress(bytes(n_bytes % MIB)) + last.flush()
    checksum = (n_bytes % 65521) << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + block * (n_bytes // MIB) + rest + checksum.to_bytes(4, "big")


def page_of(
    content: bytes = HELLO,
    *,
    box: bytes = b"0 0 612 792",
    page: bytes = b"",
    resources: bytes = b"",
    more: Sequence[bytes] = (),
    catalog: bytes = b"",
) -> bytes:
    """A file of one page; its objects are catalog, pages, page, content, font, then `more`."""
    return file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalog,
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R %s "
            b"/Resources << /Font << /F1 5 0 R >> %s >> >>" % (box, page, resources),
            content if content.endswith(b"endstream") else stream(content),
            HELVETICA,
            *more,
        ]
    )


def of_pages(n_pages: int, count: int | None = None) -> bytes:
    """So many empty pages, or as many as are claimed."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 3 + n_pages))
    claimed = n_pages if count is None else count
    return file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count %d /Kids [%s] /MediaBox [0 0 99 99] >>" % (claimed, kids),
            *[b"<< /Type /Page /Parent 2 0 R >>"] * n_pages,
        ]
    )


def laughs() -> bytes:
    """Ten forms of ten forms of ten forms…: ten billion in all."""
    nested = b"/Resources << /XObject << /X %d 0 R >> >>"
    forms = [stream(b"/X Do\n" * 10, FORM + nested % (7 + i)) for i in range(10)]
    leaf = stream(b"0 0 10 10 re f", FORM)
    return page_of(b"/X Do", resources=b"/XObject << /X 6 0 R >>", more=[*forms, leaf])


def endless_tiles() -> bytes:
    """A pattern repeated at steps too small to ever finish; it needs no memory."""
    tile = stream(
        b"0 0 1 1 re f",
        b"/Type /Pattern /PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] "
        b"/XStep 0.0001 /YStep 0.0001 /Resources << >>",
    )
    content = b"/Pattern cs /P scn 0 0 612 792 re f"
    return page_of(content, resources=b"/Pattern << /P 6 0 R >>", more=[tile])


def itself_as_form() -> bytes:
    """A form that draws itself."""
    form = stream(b"/X Do", FORM + b"/Resources << /XObject << /X 6 0 R >> >>")
    return page_of(HELLO + b" /X Do", resources=b"/XObject << /X 6 0 R >>", more=[form])


def picture(body: bytes, entries: bytes) -> bytes:
    """A page that is one image."""
    return page_of(
        SHOWN, resources=b"/XObject << /X 6 0 R >>", more=[stream(body, PICTURE + entries)]
    )


def garbled(decoder: str, edge: int) -> bytes:
    """An image whose bytes are nothing that its decoder knows."""
    entries = b"/Width %d /Height %d /Filter /%s" % (edge, edge, decoder.encode())
    fax = b"/DecodeParms << /K -1 /Columns %d /Rows %d >>" % (edge, edge)
    return picture(b"\xff" * 999, entries + fax * (decoder == "CCITTFaxDecode"))


def wide_picture(edge: int = 30_000) -> bytes:
    """An image of 900 million pixels in one megabyte."""
    entries = b"/Width %d /Height %d /Filter /FlateDecode" % (edge, edge)
    return picture(zeros(edge * edge), entries)


def inflating_content(n_bytes: int = 2**31) -> bytes:
    """A content stream of 2 GiB of nothing in two megabytes."""
    return page_of(stream(zeros(n_bytes), b"/Filter /FlateDecode"))


def twice_inflating_content() -> bytes:
    """A content stream packed twice: a gigabyte in five kilobytes."""
    packed = zlib.compress(zeros(2**30), 9)
    return page_of(stream(packed, b"/Filter [/FlateDecode /FlateDecode]"))


def locked(user: str, owner: str = "owner") -> bytes:
    """A file that needs the user's password, where there is one, to be opened."""
    out = io.BytesIO()
    lock = pdfencrypt.StandardEncryption(user, ownerPassword=owner, canPrint=0, canCopy=0)
    canvas = Canvas(out, encrypt=lock, invariant=1)
    canvas.drawString(72, 700, "Hello heron")
    canvas.save()
    return out.getvalue()


def cyclic_tree() -> bytes:
    """A page tree whose branch has the root for a child."""
    return file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 2 /Kids [3 0 R] >>",
            b"<< /Type /Pages /Count 2 /Parent 2 0 R /Kids [2 0 R 3 0 R] >>",
        ]
    )


def parents_in_a_ring() -> bytes:
    """A page that inherits its box from parents that are each other's parents."""
    return file_of(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] /Parent 4 0 R >>",
            b"<< /Type /Page /Parent 4 0 R /Contents 5 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] /Parent 2 0 R >>",
            stream(b"0 0 50 50 re f"),
        ]
    )


def tables_in_a_ring() -> bytes:
    """Two cross-reference tables, each of which names the other as the one before it."""
    whole = page_of()
    first = whole.rindex(b"xref\n0 ")
    second = len(whole)
    ringed = whole.replace(b"trailer <<", b"trailer << /Prev %010d" % second, 1)
    shift = len(ringed) - len(whole)
    ringed = ringed.replace(b"%010d" % second, b"%010d" % (second + shift))
    table = b"xref\n0 0\ntrailer << /Size 6 /Root 1 0 R /Prev %d >>\n" % first
    return ringed + table + b"startxref\n%d\n%%%%EOF\n" % (second + shift)


def nested_arrays(depth: int = 200_000) -> bytes:
    """An array in an array in an array…."""
    return page_of(page=b"/Nested " + b"[" * depth + b"]" * depth)


def nested_saves(depth: int = 500_000) -> bytes:
    """Graphics states saved inside each other."""
    return page_of(b"q " * depth + HELLO)


def own_length() -> bytes:
    """A stream whose length is told by the stream itself."""
    return page_of(b"<< /Length 4 0 R >>\nstream\n%s\nendstream" % HELLO)


def acting(*, target: str) -> bytes:
    """A file that brings another one, and would run a program and a script when opened."""
    run = b"<< /S /Launch /Win << /F (cmd.exe) >> /F (/usr/bin/touch) /P (%s) >>" % target.encode()
    script = b"<< /S /JavaScript /JS (app.launchURL\\('file://%s'\\); while\\(1\\);) >>"
    names = (
        b"/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> /JavaScript << /Names [(b) %s] >> >>"
    )
    scripted = script % target.encode()
    return page_of(
        page=b"/AA << /O %s >>" % scripted,
        catalog=b"/OpenAction %s %s" % (run, names % scripted),
        more=[
            b"<< /Type /Filespec /F (../../../x) /UF (../../../x) /EF << /F 7 0 R >> >>",
            stream(b"MZ\x90", b"/Type /EmbeddedFile"),
        ],
    )


def honest(word: str = "heron") -> bytes:
    """A file that nothing is wrong with."""
    return pdf(f"the {word} stands in shallow water")


def cut(tenths: int) -> bytes:
    """An honest file that ends too early."""
    whole = pdf("the heron stands", "in shallow water")
    return whole[: len(whole) * tenths // 10]
