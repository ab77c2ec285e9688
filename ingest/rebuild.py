"""Another index of a collection, built beside the one that answers, and put in its place.

Documents keep their generations: a generation may have rows in several stores, and which one
answers is a word of the catalog. A rebuild is worked on in the same queue as uploads and lets them
go first after each chunk of pages. What arrives meanwhile is filled in before the places change.
"""

import logging
from functools import partial
from uuid import UUID

from index.catalog.entries import Rebuild, layers_of
from index.errors import ManifestMismatch
from index.faults import fault_point
from index.manifest import EncoderOf, encoder_fields
from ingest.attempts import Attempt, Attempts
from ingest.filler import Filler
from ingest.room import Room
from ingest.stores import Stores, WorkInterrupted
from ingest.work import Kept

logger = logging.getLogger(__name__)


class Rebuilder:
    """Runs rebuilds.

    Args:
        stores: where pages come from and rows go.
        encoder_of: opens the encoder that an index is built with.
        room: whether the disk has room for new rows.
    """

    def __init__(self, stores: Stores, encoder_of: EncoderOf, room: Room) -> None:
        self._stores = stores
        self._encoder_of = encoder_of
        self._filler = Filler(stores, encoder_of)
        self._room = room
        self.attempts = Attempts(stores.leases)
        self.stopping = self.attempts.stopping

    def run(self, rebuild_id: UUID) -> None:
        """Work on a rebuild until it ends, an upload waits, or the worker stops."""
        rebuild = self._stores.rebuilds.start(rebuild_id)
        if rebuild is None:
            logger.info("rebuild has ended", extra={"rebuild": str(rebuild_id)})
        else:
            fail = partial(self._stores.rebuilds.fail, rebuild)
            told = "the rebuild"
            attempt = Attempt(rebuild.lease, told, rebuild.attempts, rebuild.waits, fail)
            self.attempts.run(attempt, lambda: self._rebuild(rebuild))

    def _rebuild(self, rebuild: Rebuild) -> None:
        self._check_encoder(rebuild)
        self._make_store(rebuild)
        fault_point("rebuild.store_made")
        layers = layers_of(rebuild.store, rebuild.manifest)
        while not self._stores.rebuilds.switch(rebuild):
            if not self._stores.rebuilds.is_held(rebuild):
                raise WorkInterrupted
            self._room.check()
            for left in self._stores.fillings.unfilled(rebuild.collection, rebuild.store):
                kept = Kept(left.generation, left.name, "live", rebuild.lease)
                for _ in self._filler.fill(layers, kept):
                    self._give_way(rebuild)
            fault_point("rebuild.filled")
        fault_point("rebuild.switched")

    def _check_encoder(self, rebuild: Rebuild) -> None:
        here = encoder_fields(self._encoder_of(rebuild.manifest).pin)
        begun = rebuild.manifest
        if any(getattr(begun, field) != value for field, value in here.items()):
            raise ManifestMismatch(
                f"the rebuild was begun with another {begun.encoder} than the one here; "
                "forget it and begin anew"
            )

    def _make_store(self, rebuild: Rebuild) -> None:
        with self._stores.rebuilds.hold(rebuild) as is_held:
            if not is_held:
                raise WorkInterrupted
            for layer in layers_of(rebuild.store, rebuild.manifest):
                self._stores.vectors.create(
                    layer.store, dim=layer.manifest.dim, pooled=layer.manifest.pooled
                )

    def _give_way(self, rebuild: Rebuild) -> None:
        """Let uploads that wait go first.

        Raises:
            WorkInterrupted: one waits, the rebuild was given up, or the worker is stopping.
        """
        if not self._stores.rebuilds.gets_on(rebuild) or self.stopping.is_set():
            raise WorkInterrupted
        self._room.check()
        if self._stores.ledger.is_work_left():
            raise WorkInterrupted
