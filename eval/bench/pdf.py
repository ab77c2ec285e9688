"""Plain PDFs of any length, written without a library, for benchmarks."""

import random
from collections.abc import Iterator

WORDS = ["valley", "turbine", "ledger", "harbour", "orchard", "copper", "winter", "engine"]
LINES_A_PAGE = 36
WORDS_A_LINE = 11


def plain_pdf(n_pages: int, *, seed: int) -> bytes:
    """Return a PDF of `n_pages` pages of random plain words in Helvetica."""
    rng = random.Random(seed)  # noqa: S311  filler text, nothing secret
    objects = list(_objects(n_pages, rng))
    body, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    body += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, start)
    return bytes(body)


def _objects(n_pages: int, rng: random.Random) -> Iterator[bytes]:
    kids = b" ".join(b"%d 0 R" % (4 + 2 * n) for n in range(n_pages))
    yield b"<< /Type /Catalog /Pages 2 0 R >>"
    yield b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, n_pages)
    yield b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    for n in range(n_pages):
        yield (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * n)
        )
        text = _text(rng)
        yield b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text)


def _text(rng: random.Random) -> bytes:
    lines = (" ".join(rng.choices(WORDS, k=WORDS_A_LINE)) for _ in range(LINES_A_PAGE))
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    return f"BT /F1 11 Tf 60 780 Td 20 TL {shown} ET".encode("ascii")
