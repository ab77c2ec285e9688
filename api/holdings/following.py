"""Keeps a server's rows in step with what workers elsewhere publish, before somebody asks.

A search reads what it lacks by itself, and waits for it. So a server looks at the catalog every few
seconds and has read by then what is new: the first search behind a large upload finds the rows
there. Only collections that were searched here before are followed, for a fleet may send each
collection's questions to servers of its own.
"""

import logging
import threading

from index.catalog.catalog import Catalog
from index.catalog.entries import Collection
from index.errors import PagesightError
from retrieval.scorer import Scoring

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
RETRY_S = 15.0


class Following:
    """Looks at the catalog now and then, in a thread of its own.

    Args:
        catalog: says what is live.
        scoring: what is to have the rows of it.
    """

    def __init__(self, catalog: Catalog, scoring: Scoring) -> None:
        self._catalog = catalog
        self._scoring = scoring
        self._seen: dict[str, tuple[str, int]] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="following", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the document at hand and look no more; twice equals once."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self) -> None:
        """Read the rows of what was published since the last look, where this server has others.

        Raises:
            Unavailable: the catalog or the vector store does not answer.
            StorageFull: there is no room for them.
            NotFound: a document went meanwhile.
        """
        for collection in self._catalog.collections():
            seen = collection.store, collection.version
            if self._seen.get(collection.name) != seen and self._scoring.knows(collection):
                self._prepare(collection)
                self._seen[collection.name] = seen

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            pause = LOOK_EVERY_S
            try:
                self.look()
            except PagesightError:
                logger.warning("rows not read ahead; searches read them", exc_info=True)
                pause = RETRY_S

    def _prepare(self, collection: Collection) -> None:
        for document in self._catalog.live_documents(collection.name):
            if self._stopped.is_set():
                return
            self._scoring.prepare(collection.layers, document.generation)
