"""How often the stages of a search lose what scoring every page exactly finds, on live questions.

A share of the searches is done again exhaustively, one at a time beside the others, and their first
ten pages are compared. A question that comes while one is being checked is left out, so that
checking never makes searches wait.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from random import Random

from index.catalog.entries import Collection
from index.errors import PagesightError
from retrieval.hits import SearchQuery, SearchResult

DEPTH = 10

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecallFigures:
    """What the checks found since the process began.

    Attributes:
        n_checked: how many searches were done again.
        recall_at_10: mean share of the first ten pages of the truth that were found.
        least: of all these shares.
    """

    n_checked: int = 0
    recall_at_10: float = 1.0
    least: float = 1.0


class RecallCheck:
    """Searches, does a share of the searches again, and keeps the score.

    Args:
        search: does a search.
        share: of the searches, 0 to 1.
        seed: decides which ones.
    """

    def __init__(
        self,
        search: Callable[[Collection, SearchQuery], SearchResult],
        *,
        share: float,
        seed: int = 0,
    ) -> None:
        self._search = search
        self._share = share
        self._dice = Random(seed)  # noqa: S311  no secret hangs on it
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="recall")
        self._is_free = threading.Semaphore()
        self._lock = threading.Lock()
        self.figures = RecallFigures()

    def search(self, collection: Collection, query: SearchQuery) -> SearchResult:
        """Search, and have the search checked if its turn has come."""
        found = self._search(collection, query)
        self.observe(collection, query)
        return found

    def observe(self, collection: Collection, query: SearchQuery) -> None:
        """Check a search, if its turn has come and no other one is being checked."""
        if self._share <= 0 or query.exhaustive or self._dice.random() >= self._share:
            return
        if self._is_free.acquire(blocking=False):
            self._beside.submit(self._check, collection, query)

    def close(self) -> None:
        """Finish the check at hand; twice equals once."""
        self._beside.shutdown()

    def _check(self, collection: Collection, query: SearchQuery) -> None:
        try:
            ten = replace(query, limit=DEPTH)
            found = _pages(self._search(collection, ten))
            truth = _pages(self._search(collection, replace(ten, exhaustive=True)))
            self._note(len(found & truth) / len(truth) if truth else 1.0)
        except PagesightError as error:
            logger.warning("recall not checked", extra={"code": error.code})
        finally:
            self._is_free.release()

    def _note(self, recall: float) -> None:
        with self._lock:
            before = self.figures
            n = before.n_checked + 1
            mean = before.recall_at_10 + (recall - before.recall_at_10) / n
            self.figures = RecallFigures(n, mean, min(before.least, recall))
        logger.info("recall checked", extra={"recall_at_10": recall})


def _pages(found: SearchResult) -> set[tuple[str, int]]:
    return {(str(hit.generation), hit.page) for hit in found.hits}
