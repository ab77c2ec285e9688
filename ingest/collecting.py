"""Takes away the points and blobs that no reader can reach any more."""

import logging

from index.catalog.garbage import DeadGeneration
from index.errors import Unavailable, VectorStoreUnavailable
from index.faults import fault_point
from ingest.stores import Stores

logger = logging.getLogger(__name__)


class Collector:
    """Collects what is dead; collecting twice, or by several at once, equals collecting once.

    Args:
        stores: where it lies.
    """

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def collect(self) -> None:
        """Remove dead generations with their points and blobs.

        Raises:
            VectorStoreUnavailable: it does not answer; what is left stays noted as dead.
            BlobStoreUnavailable: likewise.
        """
        for dead in self._stores.garbage.dead_generations():
            for store in self._stores.catalog.stores(dead.collection):
                self._delete_points(store, dead)
            fault_point("garbage.points_gone")
            self._stores.garbage.forget(dead.id, self._stores.blobs.delete)
            fault_point("garbage.forgotten")

    def collect_or_leave(self) -> None:
        """Remove what can be removed now; workers come back for the rest, which nobody reads."""
        try:
            self.collect()
        except Unavailable as error:
            logger.warning("dead points and blobs are left for later", extra={"code": error.code})

    def _delete_points(self, store: str, dead: DeadGeneration) -> None:
        try:
            self._stores.vectors.delete_generation(store, dead.id)
        except VectorStoreUnavailable:
            if store in self._stores.catalog.stores(dead.collection):
                raise  # else the whole store was dropped meanwhile
