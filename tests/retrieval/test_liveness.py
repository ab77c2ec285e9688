"""What is deleted or replaced while a search has scored its pages, and has not answered yet."""

from collections.abc import Callable
from contextlib import closing
from uuid import UUID

import pytest

from api.service import Service
from index.catalog.filters import DocumentFilter
from index.records import PageWords
from retrieval.hits import PageScope, SearchQuery
from retrieval.search import Searcher, SearchParts
from tests.tiny import index, pdf

Change = Callable[[Service, UUID], object]
ISLAND = pdf("Herons nest on the island")
HARBOUR = pdf("Gulls nest in the harbour")
RENAMED = pdf("Herons nest on the island no more")


def delete(service: Service, document: UUID) -> None:
    service.delete_document("default", document)


def replace(service: Service, document: UUID) -> None:
    service.replace("default", document, "island.pdf", [RENAMED])
    service.worker.run_until_empty()


class ReadsWordsThen:
    """Reads the words of the pages that a search reports, and after the first ones does more."""

    def __init__(self, service: Service, then: Callable[[], object]) -> None:
        self._service = service
        self._then = then
        self.read: list[UUID] = []

    def __call__(self, generation: UUID, page: int) -> PageWords:
        found = self._service.pages.words(generation, page)
        self.read.append(generation)
        if len(self.read) == 1:
            self._then()
        return found


@pytest.mark.faults(
    "a document is deleted or replaced when a search has scored its pages and read their words, "
    "and has not answered",
    result="the search is done again: what it answers was live when it ended",
)
@pytest.mark.parametrize("only", [None, DocumentFilter()], ids=["all of it", "a part"])
@pytest.mark.parametrize("change", [delete, replace])
def test_what_is_gone_when_a_search_ends_is_not_answered(
    service: Service, change: Change, only: DocumentFilter | None
) -> None:
    island = UUID(index(service, "island.pdf", ISLAND))
    index(service, "harbour.pdf", HARBOUR)
    found = service.catalog.collection("default")
    words = ReadsWordsThen(service, lambda: change(service, island))
    parts = SearchParts(service.catalog, service.vectors, service.shelf.of, service.scoring, words)
    query = SearchQuery("herons island", limit=1, scope=PageScope(only))
    with closing(Searcher(parts)) as searcher:
        (hit,) = searcher.search(found, query).hits
    live = {one.document: one.generation for one in service.catalog.live_documents("default")}
    assert words.read[0] not in live.values(), "nothing changed under the search"
    assert live[hit.document] == hit.generation
