"""MaxSim of many pages in stages, each of which looks closer at fewer pages.

    rough    pooled rows in int8, all pages
    refined  all rows in int8, the pages that looked best
    exact    all rows in float32, the few that are reported

A page keeps the score of the closest look that it got. Rough scores are lower than refined ones, so
they are first brought to the same scale by the line that fits the pages that have both: their order
stays, and a mean over all pages means something.
"""

from dataclasses import dataclass

import numpy as np

from index.records import Float32, Question, Rows
from retrieval.int8.packing import PackedPages, pack_question
from retrieval.int8.scoring import Kernel, maxima
from retrieval.maxsim import maxsim
from retrieval.scorer import Told
from retrieval.selection import Places
from retrieval.sidecar.view import SidecarView

MIN_REFINED = 512
REFINED_SHARE = 10  # one page in so many is refined, as near duplicates grow with the collection


def refined_depth(n_pages: int, *, least: int = MIN_REFINED) -> int:
    """Return how many of a collection's pages are looked at with all their rows."""
    return min(n_pages, max(least, -(-n_pages // REFINED_SHARE)))


@dataclass(frozen=True, slots=True)
class PageScorer:
    """Scores pages of one sidecar for one question.

    Attributes:
        question: the question.
        view: the pages' rows.
        slots: `(n_pages,)` of the pages that may be found.
        contexts: `(n_documents,)` slots of what their documents are called.
        owner: `(n_pages,)` index of each page's document in `contexts`.
        threads: that share the work; they change no score.
        kernel: of the int8 stages; the fastest unless told.
        min_refined: pages, at least, that are looked at with all their rows.
    """

    question: Question
    view: SidecarView
    slots: Places
    contexts: Places
    owner: Places
    threads: int = 1
    kernel: Kernel | None = None
    min_refined: int = MIN_REFINED

    def overview(self, told: Told, /) -> Float32:
        """Score all pages in int8, `(n_pages,)`: closely the best, those told, and all of few."""
        if refined_depth(len(self.slots), least=self.min_refined) == len(self.slots):
            return self.all_refined()
        return self.refined(self.rough(), told())

    def rough(self) -> Float32:
        """Score all pages by their pooled rows, `(n_pages,)`."""
        every = np.arange(len(self.slots))
        return self._int8(self.view.pooled, every)

    def refined(self, rough: Float32, also: Places) -> Float32:
        """Look closer at the pages that look best, and at those that something else found.

        Args:
            rough: `(n_pages,)` scores of a first look.
            also: places of further pages.

        Returns:
            `(n_pages,)` scores; those of the other pages are brought to the same scale.
        """
        depth = refined_depth(len(rough), least=self.min_refined)
        best = np.argpartition(-rough, depth - 1)[:depth] if depth < len(rough) else ()
        places = np.unique(np.concatenate([best, also]).astype(np.int64))
        return refine(rough, places, self._int8(self.view.rows, places))

    def all_refined(self) -> Float32:
        """Score all pages by all their rows in int8, `(n_pages,)`."""
        return self._int8(self.view.rows, np.arange(len(self.slots)))

    def exact(self, places: Places) -> Float32:
        """Score some pages exactly, `(n_places,)`."""
        documents, owner = np.unique(self.owner[places], return_inverse=True)
        return maxsim(
            self.question,
            [self.view.vectors(slot) for slot in self.slots[places]],
            contexts=[self.view.vectors(slot) for slot in self.contexts[documents]],
            owner=owner.tolist(),
        )

    def rows(self, places: Places) -> list[Rows]:
        """Return the rows of some pages."""
        return [self.view.page_rows(int(slot)) for slot in self.slots[places]]

    def _int8(self, rows: PackedPages, places: Places) -> Float32:
        """Score some pages by int8 rows; a document's context joins the rows of its pages."""
        counting = self.question.weights != 0
        tokens = pack_question(self.question.vectors[counting])
        weights = self.question.weights[counting]
        documents, owner = np.unique(self.owner[places], return_inverse=True)
        slots = np.concatenate([self.slots[places], self.contexts[documents]])
        best = maxima(tokens, rows, selection=slots, threads=self.threads, kernel=self.kernel)
        pages, contexts = best[: len(places)], best[len(places) :]
        joined = np.maximum(pages, contexts[owner]) if np.isfinite(contexts).any() else pages
        scores = np.full(len(places), -np.inf, np.float32)
        has_rows = np.isfinite(pages).all(axis=1)
        scores[has_rows] = np.vecdot(joined[has_rows], weights)  # same sum whatever is beside it
        return scores


def refine(rough: Float32, places: Places, closer: Float32) -> Float32:
    """Put closer scores in, and bring the rough ones to their scale.

    Args:
        rough: `(n_pages,)`, minus infinity for pages without rows.
        places: `(n_closer,)` pages that were looked at more closely.
        closer: `(n_closer,)` their scores.
    """
    slope, offset = _line(rough[places], closer)
    scores = np.where(np.isfinite(rough), slope * rough + offset, rough).astype(np.float32)
    scores[places] = closer
    return scores


def _line(rough: Float32, closer: Float32) -> tuple[float, float]:
    """Return slope and offset of the least-squares line; a slope that would turn pages round is 1.

    With fewer than two pages that differ there is no line: the mean difference is added.
    """
    known = np.isfinite(rough) & np.isfinite(closer)
    x, y = rough[known].astype(np.float64), closer[known].astype(np.float64)
    if not len(x):
        return 1.0, 0.0
    spread = float(((x - x.mean()) ** 2).sum())
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread if spread > 1e-9 else 1.0
    slope = slope if slope > 0 else 1.0
    return slope, float(y.mean() - slope * x.mean())
