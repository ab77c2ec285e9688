"""PDF pages drawn by PDFium, and their text layer. Runs in the sandboxed child only."""

from pathlib import Path

import pypdfium2  # type: ignore[import-untyped] # it has no annotations
import pypdfium2.raw as pdfium  # type: ignore[import-untyped] # likewise

from index.errors import Corrupt, EmptyDocument, Encrypted, PageTooLarge, RenderFailed
from ingest.frames import Drawn
from ingest.limits import Limits
from ingest.text_layer import read_words

# What pypdfium2 raises for files it cannot take: its own error, and ctypes' about odd values.
BAD_FILE = (pypdfium2.PdfiumError, OverflowError, ValueError, AssertionError)
PASSWORD_ERRORS = (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)


class PdfiumFile:
    """A PDF opened by PDFium."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._limits = limits
        try:
            self._document = pypdfium2.PdfDocument(path)
            self._document.init_forms()
            self.n_pages = len(self._document)
        except pypdfium2.PdfiumError as error:
            if error.err_code in PASSWORD_ERRORS:
                raise Encrypted("the PDF needs a password") from error
            if error.err_code == pdfium.FPDF_ERR_SUCCESS:
                raise EmptyDocument("the PDF has no pages") from error
            raise Corrupt(f"PDFium cannot open the file: {error}") from error
        except BAD_FILE as error:
            raise Corrupt(f"PDFium cannot open the file: {error}") from error
        if not self.n_pages:
            raise EmptyDocument("the PDF has no pages")

    def draw(self, number: int) -> Drawn:
        """Draw one page and read its text layer."""
        try:
            page = self._document[number - 1]
            try:
                return self._drawn(page, number)
            finally:
                page.close()
        except MemoryError as error:
            raise PageTooLarge(f"page {number} needs more memory than the limit") from error
        except BAD_FILE as error:
            raise RenderFailed(f"PDFium cannot draw page {number}: {error}") from error

    def _drawn(self, page: pypdfium2.PdfPage, number: int) -> Drawn:
        width_pt, height_pt = page.get_size()
        width, height = self._limits.render_size(width_pt, height_pt)
        pixels = self._pixels(page, width, height)
        return Drawn(number, width, height, width_pt, height_pt, read_words(page), pixels)

    def _pixels(self, page: pypdfium2.PdfPage, width: int, height: int) -> bytes:
        bitmap = pypdfium2.PdfBitmap.new_native(
            width, height, pdfium.FPDFBitmap_BGR, rev_byteorder=True
        )
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
        target = (bitmap, page, 0, 0, width, height, 0, flags)
        pdfium.FPDF_RenderPageBitmap(*target)
        if self._document.formenv:
            pdfium.FPDF_FFLDraw(self._document.formenv, *target)
        return bytes(bitmap.buffer)
