"""A server has read what others published before somebody asks."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from api.app import create_app
from api.holdings.following import Following
from api.service import Service
from index.catalog.database import Database
from index.errors import VectorStoreUnavailable
from tests.conftest import open_service
from tests.qdrant_stand_in.running import StandIn
from tests.serving import served
from tests.tiny import HashedWords, index, pdf, wait_for

HERONS = pdf("Herons nest on the island", "A heron weighs two kilograms")


@pytest.fixture
def worker(tmp_path: Path, database: Database, qdrant_url: str) -> Iterator[Service]:
    """What indexes."""
    opened = open_service(tmp_path / "worker", database, HashedWords(), vectors=qdrant_url)
    yield opened
    for collection in opened.catalog.collections():
        opened.holdings.end(collection)
    opened.close()


@pytest.fixture
def server(tmp_path: Path, database: Database, qdrant_url: str) -> Iterator[Service]:
    """What is asked, over the same catalog and vector store."""
    opened = open_service(tmp_path / "server", database, HashedWords(), vectors=qdrant_url)
    yield opened
    opened.close()


def n_kept(folder: Path) -> int:
    """How many documents' rows are kept in a folder: a line of a journal each, behind the first."""
    return sum(
        journal.read_bytes().count(b"\n") - 1 for journal in folder.glob("sidecar/*/journal")
    )


def search(server: Service) -> None:
    """Have the server read what a search of the whole collection reads."""
    collection = server.collection("default")
    server.scoring.select(collection, server.catalog.live_documents("default"))


def test_what_was_published_is_read_before_somebody_asks(
    worker: Service, server: Service, tmp_path: Path
) -> None:
    following = Following(server.catalog, server.scoring)
    index(worker, "herons.pdf", HERONS)
    search(server)

    index(worker, "coots.pdf", pdf("Coots are black"))
    following.look()

    assert n_kept(tmp_path / "server") == 2


def test_a_collection_that_nobody_asks_here_is_left_to_others(
    worker: Service, server: Service, tmp_path: Path
) -> None:
    index(worker, "herons.pdf", HERONS)

    Following(server.catalog, server.scoring).look()

    assert n_kept(tmp_path / "server") == 0


@pytest.mark.usefixtures("server")
def test_who_only_indexes_keeps_no_rows_for_searches(worker: Service, tmp_path: Path) -> None:
    index(worker, "herons.pdf", HERONS)

    assert n_kept(tmp_path / "worker") == 0


def test_a_server_follows_for_as_long_as_it_serves(
    worker: Service, server: Service, tmp_path: Path
) -> None:
    index(worker, "herons.pdf", HERONS)
    with served(create_app(server, work=False)):
        search(server)
        index(worker, "coots.pdf", pdf("Coots are black"))
        wait_for(lambda: n_kept(tmp_path / "server") == 2)


def test_a_look_at_a_store_that_is_away_is_made_again(tmp_path: Path, database: Database) -> None:
    away = StandIn(tmp_path / "qdrant")
    away.start()
    service = open_service(tmp_path / "data", database, HashedWords(), vectors=away.url)
    index(service, "herons.pdf", HERONS)
    search(service)
    coots = UUID(index(service, "coots.pdf", pdf("Coots are black")))
    forget_segment(service, coots)
    following = Following(service.catalog, service.scoring)
    away.kill()

    with pytest.raises(VectorStoreUnavailable):
        following.look()
    away.start()
    wait_for(lambda: looked(following))

    assert n_kept(tmp_path / "data") == 2
    service.close()
    away.kill()


def test_what_workers_kept_is_read_while_the_vector_store_is_away(
    tmp_path: Path, database: Database
) -> None:
    away = StandIn(tmp_path / "qdrant")
    away.start()
    service = open_service(tmp_path / "data", database, HashedWords(), vectors=away.url)
    index(service, "herons.pdf", HERONS)
    search(service)
    index(service, "coots.pdf", pdf("Coots are black"))
    away.kill()

    Following(service.catalog, service.scoring).look()

    assert n_kept(tmp_path / "data") == 2
    service.close()


def forget_segment(service: Service, document: UUID) -> None:
    generation = service.catalog.document("default", document).generation
    assert generation is not None
    service.stores.segments.forget("default-1", generation)


def looked(following: Following) -> bool:
    try:
        following.look()
    except VectorStoreUnavailable:
        return False
    return True
