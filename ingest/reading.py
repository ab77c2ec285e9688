"""Files in, pages with pixels and words out, in order and never more than a few at a time."""

from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import DocumentRejected
from index.records import PageWords
from ingest.child import EngineName
from ingest.drawing import DocumentProbe, Drawing, DrawnPage, PageTrouble
from ingest.injection.guard import Policy, judge
from ingest.limits import Limits
from ingest.ocr import TesseractOcr
from ingest.sandbox import Child, StartChild
from ingest.words import WordChoice, page_words

ENGINES: tuple[EngineName, ...] = ("pdfium", "poppler")


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page as it is displayed.

    Attributes:
        number: from 1.
        image: `(height, width, 3)` uint8 RGB.
        words: what stands on the page, in reading order.
        width_pt: width of the displayed page in points; images count as 144 dpi.
        height_pt: height likewise.
        engine: the program that drew it.
    """

    number: int
    image: NDArray[np.uint8]
    words: PageWords
    width_pt: float
    height_pt: float
    engine: str


@dataclass(frozen=True, slots=True)
class PageFailed:
    """A page that could not be read; the others of its document can."""

    number: int
    error: DocumentRejected


PageOutcome = PageRead | PageFailed


class Reader:
    """Reads hostile files: everything that parses one runs in a killable child process.

    Args:
        limits: what one file may cost.
        ocr: reads the words of pages that are only pixels.
        engines: the programs that draw PDF pages, in the order in which they are tried.
        word_source: where words come from.
        injection: what is done about text that addresses a model.
        start: starts the children.
    """

    def __init__(
        self,
        limits: Limits,
        ocr: TesseractOcr,
        *,
        engines: Sequence[EngineName] = ENGINES,
        word_source: WordChoice = "auto",
        injection: Policy = "flag",
        start: StartChild = Child,
    ) -> None:
        if not engines:
            raise ValueError("at least one engine is needed")
        self._limits = limits
        self._ocr = ocr
        self._engines = tuple(engines)
        self._word_source = word_source
        self._injection: Policy = injection
        self._start = start

    def probe(self, path: Path) -> DocumentProbe:
        """Say what the file is.

        Raises:
            DocumentRejected: its subclasses say why the file cannot be read.
        """
        return Drawing(path, self._limits, self._engines, start=self._start).probe()

    def read_pages(
        self, path: Path, first: int, last: int, *, language: str, name: str = ""
    ) -> Generator[PageOutcome, None, None]:
        """Read pages `first` to `last`, from 1, in order; a bad page does not end the others.

        Drawing waits while the consumer is busy. OCR runs on `ocr.n_workers` threads ahead of the
        consumer, and at most one page more than that is kept.

        Args:
            path: the file.
            first: number of the first page.
            last: number of the last page.
            language: what OCR reads, as in `TesseractOcr.read`.
            name: what the file is called, judged with its pages.

        Raises:
            DocumentRejected: no engine opens the file, or it has used up the document's time.
            MissingDependency: a page needs OCR, and Tesseract or the language is not installed.
            ValueError: the page numbers make no range within the limits.
        """
        if not 1 <= first <= last <= self._limits.max_pages:
            raise ValueError(
                f"pages {first} to {last} are no range of 1 to {self._limits.max_pages}"
            )
        drawing = Drawing(path, self._limits, self._engines, start=self._start)
        with ThreadPoolExecutor(self._ocr.n_workers) as threads:
            waiting: deque[Future[PageOutcome]] = deque()
            try:
                with closing(drawing.pages(first, last)) as pages:
                    for page in pages:
                        waiting.append(threads.submit(self._read, page, language, name))
                        while waiting and (waiting[0].done() or len(waiting) > self._ocr.n_workers):
                            yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                threads.shutdown(wait=False, cancel_futures=True)

    def _read(self, page: DrawnPage | PageTrouble, language: str, name: str) -> PageOutcome:
        if isinstance(page, PageTrouble):
            return PageFailed(page.number, page.error)
        drawn = page.drawn
        image = np.frombuffer(drawn.pixels, np.uint8).reshape(drawn.height, drawn.width, 3)
        try:
            ocr = partial(self._ocr.read, language=language)
            seen = page_words(image, drawn.words, ocr, self._word_source)
        except DocumentRejected as error:
            return PageFailed(drawn.number, error)
        words = judge(seen, drawn.words, name=name, policy=self._injection)
        return PageRead(drawn.number, image, words, drawn.width_pt, drawn.height_pt, page.engine)
