"""Words read from pixels by Tesseract.

Start the process with `OMP_THREAD_LIMIT=1` in its environment: Tesseract's own threads make it
three to five times slower, whole pages side by side use the cores better.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from index.errors import InvalidRequest, MissingDependency, RenderFailed, RenderTimeout
from index.records import Box, Word
from ingest.clean_text import clean

# ISO 639-1 to the names of Tesseract's language packs; other codes are taken as pack names.
PACKS = {
    "ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu", "el": "ell",
    "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin", "fr": "fra",
    "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "is": "isl", "it": "ita",
    "ja": "jpn", "ko": "kor", "lt": "lit", "lv": "lav", "nl": "nld", "no": "nor", "pl": "pol",
    "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "sq": "sqi", "sr": "srp",
    "sv": "swe", "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "chi_sim",
}  # fmt: skip
TSV_FIELDS = ("block_num", "par_num", "line_num", "left", "top", "width", "height", "conf", "text")
TsvRow = tuple[Any, ...]


class Layout(IntEnum):
    """What Tesseract looks for, by the number of its page segmentation mode."""

    PAGE = 3  # columns, paragraphs and lines, in reading order
    SCRAPS = 11  # labels and numbers anywhere, in no order


@dataclass(frozen=True, slots=True)
class TesseractOcr:
    """Reads the words of a page image.

    Attributes:
        n_workers: pages read side by side.
        timeout_s: time for one reading of a page.
        page_confidence: words of a page that Tesseract trusts less, 0 to 100, are dropped.
        scraps_confidence: likewise for scraps, where pictures are more often taken for words.
    """

    n_workers: int
    timeout_s: float = 120.0
    page_confidence: float = 30.0
    scraps_confidence: float = 60.0

    def read(self, image: NDArray[np.uint8], layout: Layout, *, language: str) -> tuple[Word, ...]:
        """The words of an image.

        Args:
            image: `(height, width, 3)` uint8 RGB, or `(height, width)` grey.
            layout: what to look for.
            language: ISO 639-1 codes or names of Tesseract packs, joined by "+".

        Raises:
            MissingDependency: Tesseract or the language pack is not installed.
            RenderTimeout: the page took too long.
            RenderFailed: Tesseract gave up on the page.
        """
        height, width = image.shape[:2]
        table = self._table(image, layout, pack_names(language))
        size = np.array([width, height, width, height])
        found = zip(*(table.get(name, ()) for name in TSV_FIELDS), strict=True)
        is_page = layout is Layout.PAGE
        minimum = self.page_confidence if is_page else self.scraps_confidence
        return tuple(numbered_words(trusted(found, minimum), size))

    def _table(self, image: NDArray[np.uint8], layout: Layout, packs: str) -> dict[str, list[Any]]:
        import pytesseract  # type: ignore[import-untyped]  # noqa: PLC0415  may bring pandas

        picture = Image.fromarray(image).convert("L")
        picture.format = "PPM"  # what pytesseract hands over: uncompressed is faster than PNG
        try:
            table: dict[str, list[Any]] = pytesseract.image_to_data(
                picture,
                lang=packs,
                config=f"--psm {layout}",
                timeout=self.timeout_s,
                output_type=pytesseract.Output.DICT,
            )
        except pytesseract.TesseractError as error:
            raise RenderFailed(f"Tesseract gave up on the page: {error.message}") from error
        except RuntimeError as error:  # pytesseract's word for a timeout
            raise RenderTimeout(f"reading the page took over {self.timeout_s:g} s") from error
        return table


def trusted(rows: Iterable[TsvRow], minimum: float) -> Iterator[TsvRow]:
    """The rows of words, cleaned, that Tesseract trusts at least so much."""
    for row in rows:
        text = clean(str(row[-1]))
        is_text = any(char.isalnum() for char in text)  # rules and dots are read as | and .
        if is_text and float(row[-2]) >= minimum:
            yield (*row[:-1], text)


def numbered_words(rows: Iterable[TsvRow], size: NDArray[np.int64]) -> Iterator[Word]:
    """Words with boxes in fractions and lines numbered from 0."""
    lines: dict[tuple[int, ...], int] = {}
    for block, paragraph, line, left, top, width, height, _, text in rows:
        number = lines.setdefault((block, paragraph, line), len(lines))
        edges = np.array([left, top, left + width, top + height]) / size
        yield Word(text, Box(*edges.tolist()), number)


def pack_names(language: str) -> str:
    """Tesseract's names of the languages, joined by "+" as it wants them.

    Raises:
        InvalidRequest: no language is named.
        MissingDependency: a pack is not installed.
    """
    names = [PACKS.get(code, code) for code in language.lower().split("+") if code]
    if not names:
        raise InvalidRequest("a language is needed, such as en or de+fr")
    for name in names:
        if name not in installed_packs():
            package = f"tesseract-ocr-{name.replace('_', '-')}"
            raise MissingDependency(f"Tesseract cannot read {name!r}: apt-get install {package}")
    return "+".join(names)


@cache
def installed_packs() -> frozenset[str]:
    """Names of the language packs that Tesseract finds.

    Raises:
        MissingDependency: there is no Tesseract.
    """
    import pytesseract  # noqa: PLC0415  as above

    try:
        return frozenset(pytesseract.get_languages())
    except pytesseract.TesseractNotFoundError as error:
        raise MissingDependency(
            "reading scans needs Tesseract: apt-get install tesseract-ocr"
        ) from error
