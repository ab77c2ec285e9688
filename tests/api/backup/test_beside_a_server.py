"""A backup of what is used meanwhile: the server gives the points, and removes nothing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from uuid import UUID

import httpx
import pytest

from api.app import create_app
from api.client.points import OwnedPoints
from api.commands.serve import bind
from api.ownership import Owner, find_owner
from api.service import Service
from index.backup.tables import Snapshot
from index.catalog.accounts import SCOPES, KeyLimits, NewKey
from index.errors import BackupRunning, DataFolderBusy, PageNotFound, VectorStoreUnavailable
from retrieval.hits import SearchQuery
from tests.api.backup.conftest import Place
from tests.serving import served
from tests.tiny import HashedWords, index, pdf, wait_for

N_BACKUPS = 2


@contextmanager
def serving(place: Place) -> Iterator[Service]:
    """A server that tells in its folder where it is."""
    with bind("127.0.0.1", 0) as bound:
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        service = Service.build(place.settings(), encoder=HashedWords(), url=url)
        with served(create_app(service), bound=bound):
            yield service


def owner_of(place: Place) -> tuple[str, str]:
    """Where the owner of a folder serves, and by what it lets in who reads the folder."""
    owner = find_owner(place.data)
    assert isinstance(owner, Owner)
    assert owner.url is not None
    return owner.url, owner.secret


def numbered(number: int) -> bytes:
    """A file with a word of its own on each of its pages."""
    return pdf(*(f"only{number} page{page} of many" for page in range(3)))


def ready(service: Service) -> UUID:
    """Have the server index a document; returns its generation."""
    service.create_collection("default")
    document, _ = service.upload("default", "0.pdf", [numbered(0)], {})
    wait_for(lambda: service.catalog.document("default", document.id).state == "ready")
    generation = service.catalog.document("default", document.id).generation
    assert generation is not None
    return generation


def replace_all(service: Service, ended: Event) -> int:
    """Take documents out and put others in until the end; returns how many there were."""
    number = 6
    while not ended.wait(0.05):
        first = service.catalog.documents("default", state="ready", limit=1)
        if first:
            service.delete_document("default", first[0].id)
        service.upload("default", f"{number}.pdf", [numbered(number)], {})
        number += 1
    return number


def check_whole(service: Service) -> None:
    """See that each document is ready, has all its pages, and is found first by its own word."""
    documents = service.catalog.documents("default")
    assert documents
    for one in documents:
        assert (one.state, one.n_pages) == ("ready", 3)
        for number in (1, 2, 3):
            assert service.pages.picture("default", one.id, number)
        best, *_ = service.search("default", SearchQuery(f"only{one.name[:-4]}")).hits
        assert best.document == one.id


def test_what_goes_on_meanwhile_leaves_each_backup_whole(
    place: Place, new_place: Callable[[], Place], tmp_path: Path
) -> None:
    ended = Event()
    with serving(place) as service, ThreadPoolExecutor(1) as thread:
        service.create_collection("default")
        for number in range(6):
            service.upload("default", f"{number}.pdf", [numbered(number)], {})
        wait_for(lambda: len(service.catalog.documents("default", state="ready")) == 6)
        disturbing = thread.submit(replace_all, service, ended)
        try:
            for turn in range(N_BACKUPS):
                place.back_up(tmp_path / f"{turn}")
        finally:
            ended.set()
        assert disturbing.result() > 6

    for turn in range(N_BACKUPS):
        restored = new_place()
        restored.restore(tmp_path / f"{turn}")
        service = restored.open()
        service.worker.run_until_empty()
        check_whole(service)
        service.close()


def test_what_is_deleted_while_a_backup_reads_is_taken_off_the_disk_after_it(
    place: Place, service: Service
) -> None:
    document = UUID(index(service, "0.pdf", numbered(0)))
    found = service.catalog.document("default", document)
    generation = found.generation
    assert generation is not None

    with Snapshot.of(place.database.conninfo) as snapshot:
        service.delete_document("default", document)
        assert service.catalog.documents("default") == []
        assert service.vectors.count_pages("default-1", generation) == 3
        assert all(service.blobs.read(sha256) for sha256 in snapshot.blobs())
        with pytest.raises(BackupRunning, match="when it is done"):
            service.delete_collection("default")

    def is_gone() -> bool:
        service.indexer.collector.collect()
        return service.vectors.count_pages("default-1", generation) == 0

    wait_for(is_gone)  # the server notices in its own time that the backup has let go
    service.delete_collection("default")


def test_a_folder_whose_owner_serves_nobody_is_busy(place: Place, tmp_path: Path) -> None:
    service = place.open()

    with pytest.raises(DataFolderBusy, match="stop it"):
        place.back_up(tmp_path / "backup")

    service.close()


def test_points_are_given_to_who_reads_the_folder_and_to_nobody_else(place: Place) -> None:
    with serving(place) as service:
        generation = ready(service)
        _, token = service.keys.issue(NewKey("all", "default", SCOPES, KeyLimits(), None))
        url, secret = owner_of(place)

        def status(path: str, key: str) -> int:
            shown = {"Authorization": f"Bearer {key}"} if key else {}
            return httpx.get(f"{url}/v1/points/{path}", headers=shown).status_code

        assert status(f"default-1/{generation}?page=1", secret) == 200
        assert status(f"default-1/{generation}?page=1", token) == 403
        assert status(f"default-1/{generation}?page=1", "") == 401
        assert status(f"default-1/{generation}?page=4", secret) == 404
        assert status(f"default-1/{generation}", secret) == 422
        assert status(f"../{generation}?page=1", secret) == 404
        assert status(f"%2e%2e/{generation}?page=1", secret) in (404, 422)


def test_a_server_that_lacks_pages_or_is_gone_is_told(place: Place) -> None:
    with serving(place) as service:
        generation = ready(service)
        points = OwnedPoints(*owner_of(place))
        with pytest.raises(PageNotFound, match="page 9"):
            points.read("default-1", generation, [1, 9])
        with pytest.raises(VectorStoreUnavailable, match="503"):
            points.read("default-7", generation, [1])
    with pytest.raises(VectorStoreUnavailable, match="stopped answering"):
        points.read("default-1", generation, [1])
    points.close()
