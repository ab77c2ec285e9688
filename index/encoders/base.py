"""What an encoder is: pages and questions in, located unit rows out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from index.records import PageWords, Question, RowChoice, Rows


@dataclass(frozen=True, slots=True)
class ModelPin:
    """What a model is, exactly: two pins that differ never share an index.

    Attributes:
        name: registry or package name.
        revision: upstream commit or package version.
        sha256: sha256 of each file that decides the rows, as `(file name, hex digest)`.
        dim: length of a row.
    """

    name: str
    revision: str
    sha256: tuple[tuple[str, str], ...]
    dim: int


@dataclass(frozen=True, slots=True)
class PageContent:
    """A rendered page and its words, as an encoder gets it.

    Attributes:
        image: `(height, width, 3)` uint8 RGB.
        words: the page's words with their boxes.
    """

    image: NDArray[np.uint8]
    words: PageWords


class Encoder(Protocol):
    """Turns pages and questions into rows of one space."""

    @property
    def pin(self) -> ModelPin:
        """What this encoder is, exactly."""

    @property
    def rows(self) -> RowChoice:
        """Which rows a page gets."""

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        """Encode each page; a page with nothing to encode has zero rows."""

    def encode_context(self, context: PageWords) -> Rows:
        """Encode what a document is called; zero rows from an encoder that reads no text."""

    def encode_question(self, text: str) -> Question:
        """Encode a question; its rows live in the same space as the pages' rows."""
