"""A growing collection of synthetic pages: the sidecar that a search reads, and the exact truth.

Pages are made in blocks, laid out by the code that the service uses, and forgotten, so that more of
them can be measured than fit in memory as float32.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

import numpy as np
from numpy.typing import NDArray

from eval.bench.pages import SyntheticPages
from index.records import Float32, Question, Rows
from retrieval.int8.scoring import Kernel
from retrieval.sidecar.folder import SidecarFolder
from retrieval.sidecar.view import SidecarView
from retrieval.stages import PageScorer

BLOCK_PAGES = 50

Places = NDArray[np.int64]


class BenchCollection:
    """Pages in a sidecar, and what an exact search of them finds.

    Args:
        folder: of the sidecar.
        pages: where pages come from.
        questions: whose exact scores are kept, all with as many tokens.
        n_float32: of the first pages the rows are kept in memory as float32.

    Attributes:
        slots: `(n_pages,)` of the pages so far.
        float32: `(n_float32, n_rows, dim)`.
        build_cpu_s: CPU seconds that laying out and writing took, without making the pages.
    """

    def __init__(
        self, folder: Path, pages: SyntheticPages, questions: Sequence[Question], *, n_float32: int
    ) -> None:
        self.questions = list(questions)
        self.slots: Places = np.empty(0, np.int64)
        self.float32 = np.empty((n_float32, pages.shape.n_rows, pages.shape.dim), np.float32)
        self.build_cpu_s = 0.0
        self._pages = pages
        self._contexts: Places = np.empty(0, np.int64)
        self._owner: Places = np.empty(0, np.int64)
        self._exact = np.empty((len(questions), 0), np.float32)
        self._sidecar = SidecarFolder(folder, dim=pages.shape.dim)

    @property
    def view(self) -> SidecarView:
        """What a search sees."""
        return self._sidecar.view

    @property
    def page_bytes(self) -> float:
        """Bytes of a page in the sidecar, all forms together."""
        view = self.view
        parts = (view.rows.groups, view.pooled.groups, view.exact, view.places)
        return sum(part.nbytes for part in parts) / len(self.slots)

    def grow(self, n_pages: int) -> None:
        """Add pages until there are `n_pages`."""
        while (first := len(self.slots)) < n_pages:
            last = min(first + BLOCK_PAGES, n_pages)
            block = [self._pages.page(number) for number in range(first, last)]
            self._append(first, block)
            self._exact = np.concatenate([self._exact, self._scores(block)], axis=1)
            for number, rows in enumerate(block[: max(0, len(self.float32) - first)], first):
                self.float32[number] = rows.vectors

    def scorer(
        self,
        question: Question,
        n_pages: int | None = None,
        *,
        threads: int = 1,
        kernel: Kernel | None = None,
    ) -> PageScorer:
        """Return what scores the first pages for a question, all unless told."""
        n = len(self.slots) if n_pages is None else n_pages
        return PageScorer(
            question, self.view, self.slots[:n], self._contexts, self._owner[:n], threads, kernel
        )

    def truth(self, n_pages: int, k: int) -> list[Places]:
        """Return for each question the `k` best of the first pages by exact float32 scores."""
        return [np.argsort(-scores[:n_pages], kind="stable")[:k] for scores in self._exact]

    def close(self) -> None:
        """Let go of the folder."""
        self._sidecar.close()

    def _append(self, first: int, block: Sequence[Rows]) -> None:
        nothing = Rows.none(self._pages.shape.dim)
        generation = uuid5(NAMESPACE_OID, f"bench {first}")
        begin = time.process_time()
        self._sidecar.append(generation, enumerate([nothing, *block]))
        self.build_cpu_s += time.process_time() - begin
        context = self.view.slots[generation].context
        added = np.arange(context + 1, context + 1 + len(block))
        self._owner = np.append(self._owner, np.full(len(block), len(self._contexts)))
        self._contexts = np.append(self._contexts, context)
        self.slots = np.append(self.slots, added)

    def _scores(self, block: Sequence[Rows]) -> Float32:
        """Score some pages exactly for all questions at once, `(n_questions, n_block)`."""
        tokens = np.concatenate([question.vectors for question in self.questions])
        best = np.stack([(tokens @ rows.vectors.T).max(axis=1) for rows in block], axis=1)
        per_question = best.reshape(len(self.questions), -1, len(block))
        return np.asarray(per_question.sum(axis=1), np.float32)
