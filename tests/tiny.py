"""A small encoder and small files, for tests that need the service but no model."""

import hashlib
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
from reportlab.lib.pagesizes import A6  # type: ignore[import-untyped]  # ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped]  # likewise

from api.service import Service
from api.settings import Settings
from index.encoders.base import ModelPin, PageContent
from index.records import Float32, PageWords, Question, RowChoice, RowKind, Rows

DIM = 32


class HashedWords:
    """An encoder whose row of a word is drawn from the word's hash: equal words, equal rows.

    Args:
        name: two names are two models, which one service can have open.
        revision: two revisions are two models, too.
        means: words that this encoder reads as another one, where others read a word of its own.
        before_pages: called with the number of pages before each batch, to fail or to wait.
    """

    def __init__(
        self,
        *,
        name: str = "hashed-words",
        revision: str = "1",
        means: Mapping[str, str] | None = None,
        before_pages: Callable[[int], object] = lambda _: None,
    ) -> None:
        self.pin = ModelPin(name, revision, (("code", "0" * 64),), DIM)
        self.rows: RowChoice = "text"
        self.means = means or {}
        self.before_pages = before_pages

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        self.before_pages(len(pages))
        return [self._page_rows(page.words) for page in pages]

    def encode_context(self, context: PageWords) -> Rows:
        return self._page_rows(context)

    def encode_question(self, text: str) -> Question:
        tokens = tuple(self._tokens(text))
        weights = np.ones(len(tokens), dtype=np.float32)
        return Question(text, _vectors(tokens), weights, tokens)

    def _page_rows(self, words: PageWords) -> Rows:
        located = [(token, word.box) for word in words.words for token in self._tokens(word.text)]
        boxes = np.array([box for _, box in located], dtype=np.float32).reshape(-1, 4)
        kinds = np.full(len(located), RowKind.TEXT, dtype=np.uint8)
        return Rows(_vectors([token for token, _ in located]), boxes, kinds)

    def _tokens(self, text: str) -> list[str]:
        return [self.means.get(token, token) for token in re.findall(r"\w+", text.lower())]


def pdf(*pages: str, strips: Sequence[int] = ()) -> bytes:
    """A PDF with a page for each text, a line for each line; `strips` are too thin to draw."""
    packed = io.BytesIO()
    canvas = Canvas(packed, pagesize=A6, invariant=1)
    for number, text in enumerate(pages, 1):
        canvas.setPageSize((5000, 10) if number in strips else A6)
        for n, line in enumerate(text.splitlines()):
            canvas.drawString(20, 380 - 20 * n, line)
        canvas.showPage()
    canvas.save()
    return packed.getvalue()


def settings(data: Path, **changes: Any) -> Settings:
    """Settings for a folder that leave the machine to others."""
    return Settings(
        **{"data": data, "ocr_workers": 1, "encoder_threads": 1, "min_free_bytes": 0, **changes}
    )


def index(service: Service, name: str, content: bytes, collection: str = "default") -> str:
    """Hand a file in, work until the queue is empty, and return the document's id."""
    service.create_collection(collection)
    document, _ = service.upload(collection, name, [content], {})
    service.worker.run_until_empty()
    return str(document.id)


def wait_for(condition: Callable[[], bool], *, at_most_s: float = 30.0) -> None:
    """Wait until something holds."""
    waited_s, pause_s = 0.0, 0.001
    while not condition():
        if waited_s >= at_most_s:
            raise AssertionError("it did not come about")
        sleep(pause_s)
        waited_s, pause_s = waited_s + pause_s, min(2 * pause_s, 0.05)


def _vectors(tokens: Sequence[str]) -> Float32:
    rows = np.array([_vector(token) for token in tokens], dtype=np.float32)
    return rows.reshape(-1, DIM)


def _vector(token: str) -> Float32:
    seed = int.from_bytes(hashlib.sha256(token.encode()).digest()[:8], "big")
    drawn = np.random.default_rng(seed).standard_normal(DIM)
    return np.asarray(drawn / np.linalg.norm(drawn), dtype=np.float32)
