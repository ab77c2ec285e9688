"""Pages scored on a GPU, over sidecars: all of them by all their rows, the first ones exactly."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.catalog.entries import Collection
from index.records import Float32, Question, Rows
from retrieval.cuda.rows import DeviceRows
from retrieval.rows import RowKeeper
from retrieval.scorer import Scorer, Told
from retrieval.selection import Places, Selection
from retrieval.sidecar_scoring import SidecarScoring
from retrieval.stages import PageScorer


class CudaScoring(SidecarScoring):
    """A Scoring on a device over the sidecars of a keeper.

    Args:
        keeper: of the sidecars.
        max_bytes: of rows that may lie on the device, of all layers together.
        device: as PyTorch names it.
    """

    def __init__(self, keeper: RowKeeper, *, max_bytes: int, device: str = "cuda") -> None:
        super().__init__(keeper)
        self._max_bytes = max_bytes
        self._device = device
        self._rows: dict[str, DeviceRows] = {}

    def scorers(
        self, collection: Collection, questions: Sequence[Question], pages: Selection
    ) -> Sequence[Scorer]:
        """Return for each layer what scores these pages for its question."""
        return [
            DeviceScorer(PageScorer(question, *slots, pages.owner), self._device_rows(layer.store))
            for layer, question, slots in zip(
                collection.layers, questions, pages.layers, strict=True
            )
        ]

    def drop(self, store: str, /) -> None:
        """Remove a layer's sidecar and its rows on the device; twice equals once."""
        self._rows.pop(store, None)
        super().drop(store)

    def close(self) -> None:
        """Let go of every file and of the device's memory; twice equals once."""
        self._rows.clear()
        super().close()

    def _device_rows(self, store: str) -> DeviceRows:
        """Return a layer's rows; the first ones to come have all the room that is left."""
        if store not in self._rows:
            used = sum(one.resident_bytes for one in self._rows.values())
            made = DeviceRows(self._device, max_bytes=max(self._max_bytes - used, 0))
            self._rows.setdefault(store, made)
        return self._rows[store]


@dataclass(frozen=True, slots=True)
class DeviceScorer:
    """Scores pages of one sidecar for one question on a device.

    Attributes:
        pages: which ones, and what scores the first of them exactly.
        device: their rows.
    """

    pages: PageScorer
    device: DeviceRows

    def overview(self, _told: Told, /) -> Float32:
        """Score all pages by all their rows in half precision, `(n_pages,)`."""
        return self.device.scores(self.pages.view, self.pages.question, self.pages.slots)

    def exact(self, places: Places) -> Float32:
        """Score some pages exactly, `(n_places,)`, to the same bytes as on the processor."""
        return self.pages.exact(places)

    def rows(self, places: Places) -> list[Rows]:
        """Return the rows of some pages."""
        return self.pages.rows(places)
