"""A vector store that does not say whether it stored, and encoders whose rows are no rows."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from api import parts
from api.service import Service
from index.catalog.database import Database
from index.encoders.base import PageContent
from index.errors import VectorStoreUnavailable
from index.records import Float32, Rows
from index.vectors.base import PagePoint
from index.vectors.edge import EdgeVectorStore
from retrieval.hits import SearchQuery
from tests.conftest import open_service
from tests.faults.canaries import Canary
from tests.tiny import DIM, HashedWords, settings

pytestmark = pytest.mark.faults
CANARY = Canary(1, 2)
Spoil = Callable[[Float32], Float32]


class ForgetfulStore(EdgeVectorStore):
    """Stores, and now and then says that it did not answer: the outcome of a put is unknown."""

    def __init__(self, folder: Path, *, n_silent: int) -> None:
        super().__init__(folder)
        self.n_silent = n_silent

    def put_pages(self, collection: str, generation: UUID, points: Sequence[PagePoint]) -> None:
        super().put_pages(collection, generation, points)
        if self.n_silent:
            self.n_silent -= 1
            raise VectorStoreUnavailable("the answer was lost on the way")


@pytest.fixture
def forgetful(database: Database, data_folder: Path) -> Iterator[Service]:
    chosen = settings(data_folder, encoder="hashed-words")
    service = Service(
        chosen,
        database=database,
        vectors=ForgetfulStore(data_folder / "vectors", n_silent=2),
        shelf=parts.shelf(chosen, HashedWords()),
        ownership=None,
        role="all",
    )
    yield service
    service.close()


def work(service: Service) -> tuple[str, str | None]:
    """Index the canary; returns the document's state and why it failed."""
    service.create_collection("default")
    taken, _ = service.upload("default", CANARY.name, [CANARY.content], {})
    service.worker.run_until_empty()
    document = service.catalog.document("default", taken.id)
    return document.state, document.failure.code if document.failure else None


@pytest.mark.faults(
    "the vector store loses its answer after it stored, twice running",
    result="stored again under the same ids: one point for each page",
    tries=2,
)
def test_what_was_stored_without_an_answer_is_there_once(forgetful: Service) -> None:
    assert work(forgetful) == ("ready", None)
    found = forgetful.catalog.collection("default")
    (live,) = forgetful.catalog.live_documents("default")
    assert forgetful.vectors.count_pages(found.store, live.generation) == CANARY.n_pages
    for number, word in enumerate(CANARY.words, 1):
        first, *_ = forgetful.search("default", SearchQuery(word)).hits
        assert first.page == number
    hits = forgetful.search("default", SearchQuery("island", limit=100)).hits
    assert len(hits) == CANARY.n_pages


def _spoiled(value: float) -> Spoil:
    def spoil(vectors: Float32) -> Float32:
        spoiled = vectors.copy()
        spoiled[0, 0] = value
        return spoiled

    return spoil


SPOILS: dict[str, Spoil] = {
    "NaN": _spoiled(np.nan),
    "infinite": _spoiled(np.inf),
    "zero": lambda vectors: vectors * 0,
    "longer than one": lambda vectors: vectors * 2,
    "of another length": lambda vectors: np.ascontiguousarray(vectors[:, : DIM // 2]),
    "fewer than boxes": lambda vectors: vectors[1:],
}


class SpoiledWords(HashedWords):
    """Makes rows that are none."""

    def __init__(self, spoil: Spoil) -> None:
        super().__init__()
        self.spoil = spoil

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        return [
            Rows(self.spoil(rows.vectors), rows.boxes, rows.kinds)
            for rows in super().encode_pages(pages)
        ]


@pytest.mark.faults(
    "an encoder's rows are NaN, infinite, zero, too long, of a wrong shape",
    result="refused before anything is stored; the document fails and no read shows it",
)
@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_rows_that_are_none_are_never_searched(
    database: Database, data_folder: Path, spoil: Spoil
) -> None:
    service = open_service(data_folder, database, SpoiledWords(spoil))
    state, code = work(service)
    assert state == "failed"
    assert code is not None
    assert service.search("default", SearchQuery(CANARY.words[0])).hits == ()
    service.close()
