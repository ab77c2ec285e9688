from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import LiveDocument
from index.catalog.filters import DocumentFilter
from index.encoders.shelf import EncoderChoice
from index.errors import PooledRowsMissing
from index.pooling import pooled
from index.records import Question
from index.vectors.base import PagePoint
from index.vectors.edge import EdgeVectorStore
from ingest.layers import NO_TERMS
from retrieval.hits import PageScope, SearchQuery
from retrieval.maxsim import maxsim
from retrieval.selection import Selection
from retrieval.stages import MIN_REFINED
from retrieval.store_scoring import StoreScorer
from tests.conftest import open_service, unit_rows
from tests.tiny import HashedWords, index, pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island", "Herons fish at dawn")
BILLS = pdf("The invoice is due", "unreadable", "The heron on the letterhead is blue", strips=[2])
DOCUMENT = LiveDocument(UUID(int=5), UUID(int=1), "many.pdf", MIN_REFINED * 5 // 4)
Opener = Callable[[str], Service]


@pytest.fixture
def opened(data_folder: Path, database: Database, encoder: HashedWords) -> Opener:
    """Opens a service on the same folder with another scorer."""
    return lambda scorer: open_service(data_folder, database, encoder, scorer=scorer)


@pytest.fixture
def filled(opened: Opener) -> None:
    """An index of two documents, one page of which could not be read, built for the store."""
    with closing(opened("qdrant")) as service:
        index(service, "dams.pdf", DAMS)
        index(service, "bills.pdf", BILLS)


@pytest.fixture
def question() -> Question:
    return Question("q", unit_rows(3, seed=99).vectors, np.ones(3, np.float32), ("a", "b", "c"))


@pytest.fixture
def scorer(tmp_path: Path, question: Question) -> Iterator[StoreScorer]:
    """A document of more pages than are looked at closely; every tenth has no rows."""
    rows = [unit_rows(3 if n % 10 else 0, seed=n) for n in range(1, DOCUMENT.n_pages + 1)]
    points = [PagePoint(n, one, NO_TERMS, pooled(one)) for n, one in enumerate(rows, 1)]
    with closing(EdgeVectorStore(tmp_path)) as store:
        store.create("many-1", dim=16, pooled=True)
        store.put_pages("many-1", DOCUMENT.generation, points)
        store.put_context("many-1", DOCUMENT.generation, unit_rows(2, seed=0))
        selected = Selection.listed([DOCUMENT], [range(1, DOCUMENT.n_pages + 1)])
        yield StoreScorer(question, store, "many-1", selected)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    "text", ["heron island", "When is the invoice due?", "twelve metres", "?!"]
)
@pytest.mark.parametrize(
    "scope", [PageScope(), PageScope(DocumentFilter(names=["d*"])), PageScope(first=3)]
)
@pytest.mark.parametrize("exhaustive", [False, True])
def test_the_store_finds_what_the_sidecar_finds_to_the_last_bit(
    opened: Opener, text: str, scope: PageScope, *, exhaustive: bool
) -> None:
    query = SearchQuery(text, scope=scope, limit=50, exhaustive=exhaustive)
    found = []
    for scorer in ("qdrant", "numpy"):
        with closing(opened(scorer)) as service:
            found.append(service.search("default", query).hits)

    assert found[0] == found[1]
    assert bool(found[0]) == (text != "?!")


@pytest.mark.usefixtures("filled")
def test_a_search_by_the_store_keeps_nothing_on_this_machine(
    opened: Opener, data_folder: Path
) -> None:
    with closing(opened("qdrant")) as service:
        service.search("default", SearchQuery("heron"))

    assert not (data_folder / "sidecar").exists()


@pytest.mark.usefixtures("filled")
def test_a_heat_map_is_drawn_from_the_rows_in_the_store(opened: Opener) -> None:
    maps = []
    for scorer in ("qdrant", "numpy"):
        with closing(opened(scorer)) as service:
            (bills,) = (d for d in service.catalog.documents("default") if d.name == "bills.pdf")
            maps.append(service.heat_maps.of_page("default", bills.id, 3, "heron"))

    assert maps[0].heat.max() > 0.9
    np.testing.assert_array_equal(maps[0].heat, maps[1].heat)


@pytest.mark.usefixtures("filled")
def test_a_deleted_document_is_gone_from_the_next_search_by_the_store(opened: Opener) -> None:
    with closing(opened("qdrant")) as service:
        (dams,) = (d for d in service.catalog.documents("default") if d.name == "dams.pdf")
        service.delete_document("default", dams.id)
        hits = service.search("default", SearchQuery("heron dam", limit=50)).hits

    assert {hit.name for hit in hits} == {"bills.pdf"}


def test_an_empty_collection_is_searched_by_the_store_and_finds_nothing(opened: Opener) -> None:
    with closing(opened("qdrant")) as service:
        service.create_collection("default")

        assert service.search("default", SearchQuery("heron")).hits == ()


def test_an_index_without_pooled_rows_is_refused_until_it_is_built_anew(opened: Opener) -> None:
    with closing(opened("numpy")) as service:
        index(service, "dams.pdf", DAMS)

    with closing(opened("qdrant")) as service:
        with pytest.raises(PooledRowsMissing, match="reindex --collection default"):
            service.search("default", SearchQuery("heron"))
        service.rebuilds.begin("default", EncoderChoice("hashed-words"))
        service.worker.run_until_empty()
        best = service.search("default", SearchQuery("twelve metres tall")).hits[0]

    assert (best.name, best.page) == ("dams.pdf", 1)


def test_pages_that_the_store_leaves_out_get_the_lowest_score_that_it_gave(
    scorer: StoreScorer,
) -> None:
    scores = scorer.overview(lambda: np.empty(0, np.int64))

    pages = [one.vectors for one in scorer.rows(np.arange(len(scores)))]
    truth = maxsim(scorer.question, pages)
    found = scores > scores.min()
    assert found.sum() == MIN_REFINED - 1
    np.testing.assert_allclose(scores[found], truth[found], atol=2e-3)
    assert scores.min() == pytest.approx(np.sort(truth)[-MIN_REFINED], abs=2e-3)


def test_where_the_store_returns_all_it_has_the_others_stay_unseen(scorer: StoreScorer) -> None:
    few = scorer.pages.inside(PageScope(last=20))

    scores = StoreScorer(scorer.question, scorer.vectors, scorer.store, few).overview(
        lambda: np.empty(0, np.int64)
    )

    assert np.flatnonzero(np.isneginf(scores)).tolist() == [9, 19]  # pages 10 and 20 have no rows


def test_exact_scores_do_not_depend_on_what_they_are_asked_beside(scorer: StoreScorer) -> None:
    together = scorer.exact(np.arange(5))

    for place in range(5):
        assert scorer.exact(np.array([place]))[0].tobytes() == together[place].tobytes()
