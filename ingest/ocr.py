"""Words read from pixels by Tesseract.

Start the process with `OMP_THREAD_LIMIT=1` in its environment: Tesseract's own threads make it
three to five times slower, whole pages side by side use the cores better.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytesseract  # type: ignore[import-untyped] # it has no annotations
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


@dataclass(frozen=True, slots=True)
class TesseractOcr:
    """Reads the words of a page image.

    Attributes:
        n_workers: pages read side by side.
        timeout_s: time for one page.
        min_confidence: words that Tesseract itself trusts less, 0 to 100, are dropped.
    """

    n_workers: int
    timeout_s: float = 120.0
    min_confidence: float = 30.0

    def read(self, image: NDArray[np.uint8], language: str) -> tuple[Word, ...]:
        """The words of an image, in reading order.

        Args:
            image: `(height, width, 3)` uint8 RGB, or `(height, width)` grey.
            language: ISO 639-1 codes or names of Tesseract packs, joined by "+".

        Raises:
            MissingDependency: Tesseract or the language pack is not installed.
            RenderTimeout: the page took too long.
            RenderFailed: Tesseract gave up on the page.
        """
        height, width = image.shape[:2]
        table = self._table(image, pack_names(language))
        size = np.array([width, height, width, height])
        found = zip(*(table.get(name, ()) for name in TSV_FIELDS), strict=True)
        return tuple(numbered_words(self._trusted(found), size))

    def _table(self, image: NDArray[np.uint8], packs: str) -> dict[str, list[Any]]:
        picture = Image.fromarray(image).convert("L")
        picture.format = "PPM"  # what pytesseract hands over: uncompressed is faster than PNG
        try:
            table: dict[str, list[Any]] = pytesseract.image_to_data(
                picture, lang=packs, timeout=self.timeout_s, output_type=pytesseract.Output.DICT
            )
        except pytesseract.TesseractError as error:
            raise RenderFailed(f"Tesseract gave up on the page: {error.message}") from error
        except RuntimeError as error:  # pytesseract's word for a timeout
            raise RenderTimeout(f"reading the page took over {self.timeout_s:g} s") from error
        return table

    def _trusted(self, found: Iterable[TsvRow]) -> Iterator[TsvRow]:
        for row in found:
            text = clean(str(row[-1]))
            is_text = any(char.isalnum() for char in text)  # rules and dots are read as | and .
            if is_text and float(row[-2]) >= self.min_confidence:
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
    try:
        return frozenset(pytesseract.get_languages())
    except pytesseract.TesseractNotFoundError as error:
        raise MissingDependency(
            "reading scans needs Tesseract: apt-get install tesseract-ocr"
        ) from error
