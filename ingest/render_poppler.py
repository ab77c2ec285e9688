"""PDF pages drawn by Poppler, and its text layer. Runs in the sandboxed child only."""

import html
import re
import subprocess
from pathlib import Path

import pdf2image
from pdf2image.exceptions import (
    PDFPageCountError,
    PDFPopplerTimeoutError,
    PDFSyntaxError,
)
from PIL import Image

from index.errors import Corrupt, EmptyDocument, Encrypted, PageTooLarge, RenderFailed
from ingest.frames import MAX_WORDS, Drawn, RawWord
from ingest.limits import Limits

BAD_FILE = (PDFPageCountError, PDFSyntaxError, PDFPopplerTimeoutError, OSError, ValueError)
LINE = re.compile(r"<line .*?</line>", re.DOTALL)
NUMBER = r'"(-?[0-9.]+)"'
WORD = re.compile(
    rf"<word xMin={NUMBER} yMin={NUMBER} xMax={NUMBER} yMax={NUMBER}>(.*?)</word>", re.DOTALL
)
PAGE = re.compile(rf"<page width={NUMBER} height={NUMBER}>")


class PopplerFile:
    """A PDF opened by Poppler's programs through pdf2image."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path, self._limits = path, limits
        try:
            info = pdf2image.pdfinfo_from_path(str(path))
            self.n_pages = int(info["Pages"])
        except BAD_FILE as error:
            if "Incorrect password" in str(error):
                raise Encrypted("the PDF needs a password") from error
            raise Corrupt("Poppler cannot open the file") from error
        if self.n_pages < 1:
            raise EmptyDocument("the PDF has no pages")

    def draw(self, number: int) -> Drawn:
        """Draw one page and read its text layer."""
        try:
            width_pt, height_pt, words = self._layout(number)
            size = self._limits.render_size(width_pt, height_pt)
            image = self._image(number, size)
        except MemoryError as error:
            raise PageTooLarge(f"page {number} needs more memory than the limit") from error
        except BAD_FILE as error:
            raise RenderFailed(f"Poppler cannot draw page {number}") from error
        return Drawn(number, *size, width_pt, height_pt, words, image.tobytes())

    def _layout(self, number: int) -> tuple[float, float, list[RawWord]]:
        pages = ["-f", str(number), "-l", str(number)]
        done = subprocess.run(  # noqa: S603 - no shell; the path is absolute, so it is no option
            ["pdftotext", *pages, "-cropbox", "-bbox-layout", str(self._path), "-"],  # noqa: S607 - PATH is ours
            capture_output=True,
            check=False,
        )
        return parse_layout(done.stdout.decode(errors="replace"))

    def _image(self, number: int, size: tuple[int, int]) -> Image.Image:
        images = pdf2image.convert_from_path(
            str(self._path), first_page=number, last_page=number, size=size, use_cropbox=True
        )
        # pdftoppm answers a page that it cannot hold with one white pixel and exit status 0
        if not images or images[0].size != size:
            raise RenderFailed(f"Poppler draws page {number} in the wrong size")
        return images[0].convert("RGB")


def parse_layout(layout: str) -> tuple[float, float, list[RawWord]]:
    """Read width, height in points and words out of what `pdftotext -bbox-layout` prints.

    Raises:
        ValueError: there is no page in it, or none that has an area.
    """
    page = PAGE.search(layout)
    if page is None:
        raise ValueError("pdftotext names no page")
    width, height = float(page[1]), float(page[2])
    if not width * height:
        raise ValueError("pdftotext names a page of no area")
    words = [
        RawWord(
            html.unescape(text),
            (
                float(left) / width,
                float(top) / height,
                float(right) / width,
                float(bottom) / height,
            ),
            line,
        )
        for line, match in enumerate(LINE.finditer(layout))
        for left, top, right, bottom, text in WORD.findall(match[0])
    ]
    return width, height, words[:MAX_WORDS]
