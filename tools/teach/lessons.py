"""Lessons: batches of pages with a question each, true of its own page and of no other."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from index.records import Box
from tools.teach.pages import DrawnPage, draw_page
from tools.teach.questions import Asked, ask

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the pupil sees in a step, ready for the model.

    Attributes:
        pages: inputs of the pages.
        questions: inputs of their questions.
        targets: `(n_pages, n_rows)` where on its page each question's answer is; sums to 1.
        texts: inputs of pages' printed words.
        text_questions: inputs of the questions about them.
    """

    pages: "dict[str, Tensor]"
    questions: "dict[str, Tensor]"
    targets: NDArray[np.float32]
    texts: "dict[str, Tensor]"
    text_questions: "dict[str, Tensor]"


def lessons(
    processor: Any,  # noqa: ANN401  colpali-engine ships no types
    *,
    side: int,
    seed: int,
    n_pages: int,
    n_texts: int,
) -> Iterator[Lesson]:
    """Yield lessons without end.

    Args:
        processor: makes inputs.
        side: rows along the edge of a page.
        seed: decides all of them.
        n_pages: pages in a lesson.
        n_texts: printed texts in a lesson.
    """
    rng = np.random.default_rng(seed)
    while True:
        seen = distinct(rng, n_pages)
        read = distinct(rng, n_texts, only_words=True)
        yield Lesson(
            pages=processor.process_images([Image.fromarray(page.image) for page, _ in seen]),
            questions=processor.process_queries([asked.text for _, asked in seen]),
            targets=np.stack([cells(asked.box, side) for _, asked in seen]),
            texts=processor.process_texts([printed(page) for page, _ in read]),
            text_questions=processor.process_queries([asked.text for _, asked in read]),
        )


def distinct(
    rng: np.random.Generator, n_pages: int, *, only_words: bool = False
) -> list[tuple[DrawnPage, Asked]]:
    """Draw pages and questions until each question is true of its own page alone."""
    chosen: list[tuple[DrawnPage, Asked]] = []
    while len(chosen) < n_pages:
        page = draw_page(rng)
        asked = ask(page, rng, only_words=only_words)
        if asked is not None and not any(
            asked.holds(other) or told.holds(page) for other, told in chosen
        ):
            chosen.append((page, asked))
    return chosen


def cells(box: Box, side: int) -> NDArray[np.float32]:
    """Spread 1 over the cells of a page by how much of each a box covers, `(side * side,)`."""
    edges = np.arange(side + 1) / side
    across = np.minimum(edges[1:], box.right) - np.maximum(edges[:-1], box.left)
    down = np.minimum(edges[1:], box.bottom) - np.maximum(edges[:-1], box.top)
    covered = np.outer(down.clip(0), across.clip(0)).ravel()
    return np.asarray(covered / covered.sum(), np.float32)


def printed(page: DrawnPage) -> str:
    """Return the words of a page as running text."""
    return " ".join(word.text for word in page.words.words)
