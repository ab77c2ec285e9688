"""What is damaged by hand is mended where nothing is lost by it, and left where it may be."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from api.checkup.bodies import Finding, Mended
from api.checkup.checkup import Checkup
from api.cli import pagesight
from api.commands.audited_desk import AuditedDesk
from api.commands.mending import Mender
from api.service import Service
from index.blobs.base import Blobs
from index.blobs.local import LocalBlobs
from index.catalog.audit import AuditLog
from index.catalog.database import Database
from index.encoders.shelf import EncoderChoice
from retrieval.hits import SearchQuery
from tests.tiny import HashedWords, index, pdf

STORE = "default-1"
QUERY = SearchQuery("How tall is the dam?")


@pytest.fixture
def document(service: Service) -> UUID:
    return UUID(index(service, "dams.pdf", pdf("The dam is twelve metres tall", "Herons nest")))


def found(service: Service) -> list[Finding]:
    told = Checkup.of(service, grace=timedelta(0)).run()
    return [one for one in told if isinstance(one, Finding)]


def mend(service: Service) -> list[Mended]:
    return Mender(AuditedDesk(service), grace=timedelta(0)).mend(found(service))


def kept(blobs: Blobs) -> set[str]:
    return {blob.sha256 for blob in blobs.listed()}


def lose_vectors(service: Service) -> None:
    service.vectors.close()
    shutil.rmtree(service.settings.data / "vectors" / STORE)


@pytest.mark.usefixtures("document")
def test_where_nothing_was_found_nothing_is_done(service: Service, database: Database) -> None:
    before = kept(service.blobs)

    assert mend(service) == []
    assert kept(service.blobs) == before
    assert AuditLog(database.engine).lines() == []


@pytest.mark.usefixtures("document")
def test_bytes_that_nothing_refers_to_are_removed_and_no_others(service: Service) -> None:
    before = kept(service.blobs)
    service.blobs.put(b"of nobody")

    (done,) = mend(service)

    assert (done.finding.kind, done.is_mended) == ("blob_orphaned", True)
    assert kept(service.blobs) == before
    assert found(service) == []


@pytest.mark.usefixtures("document")
def test_bytes_on_their_way_are_let_alone(service: Service) -> None:
    orphan = service.blobs.put(b"of nobody")

    Mender(AuditedDesk(service), grace=timedelta(hours=1)).mend(found(service))

    assert orphan.sha256 in kept(service.blobs)


@pytest.mark.usefixtures("document")
def test_lost_vectors_are_made_again_and_find_the_same(
    service: Service, database: Database
) -> None:
    before, hits = kept(service.blobs), service.search("default", QUERY).hits
    lose_vectors(service)

    (done,) = mend(service)

    assert (done.finding.kind, done.is_mended) == ("store_lost", True)
    assert found(service) == []
    assert service.search("default", QUERY).hits == hits
    assert kept(service.blobs) == before
    actions = [line.deed.action for line in AuditLog(database.engine).lines()]
    assert actions == ["index.rebuild", "index.forget"]


def test_work_that_the_queue_lost_is_done(service: Service, database: Database) -> None:
    service.create_collection("default")
    document, _ = service.upload("default", "later.pdf", [pdf("Later")], {})
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM procrastinate_jobs"))

    (done,) = mend(service)

    assert (done.finding.kind, done.is_mended) == ("lost_work", True)
    assert service.catalog.document("default", document.id).state == "ready"
    assert found(service) == []


def test_an_index_is_not_made_anew_from_pages_that_are_damaged(
    service: Service, document: UUID
) -> None:
    service.blobs.delete(str(service.catalog.page("default", document, 1).words_sha256))
    lose_vectors(service)

    (left,) = mend(service)

    assert (left.finding.kind, left.is_mended) == ("store_lost", False)
    assert "mend these first" in left.done
    assert {one.kind for one in found(service)} == {"store_lost", "blob_lost"}


@pytest.mark.usefixtures("document")
def test_an_index_that_is_kept_beside_is_not_lost_for_it(service: Service) -> None:
    service.rebuilds.begin("default", EncoderChoice("hashed-words", "text"))
    service.worker.run_until_empty()
    service.vectors.close()
    shutil.rmtree(service.settings.data / "vectors" / "default-2")

    (left,) = mend(service)

    assert not left.is_mended
    assert "an index is kept beside" in left.done
    assert service.rebuilds.show("default").rebuild.store == STORE


@pytest.mark.usefixtures("document")
def test_other_models_do_not_take_the_place_of_those_it_was_built_with(
    service: Service, encoder: HashedWords
) -> None:
    lose_vectors(service)
    encoder.pin = HashedWords(revision="2").pin

    (left,) = mend(service)

    assert not left.is_mended
    assert left.done.startswith("left: ")


def test_a_lost_original_stays_a_finding(service: Service, document: UUID) -> None:
    service.blobs.delete(service.catalog.document("default", document).sha256)

    assert mend(service) == []
    assert [one.kind for one in found(service)] == ["blob_lost"]


def test_the_command_tells_what_was_done_and_looks_again(
    database: Database, data_folder: Path
) -> None:
    blobs = LocalBlobs(data_folder / "blobs")
    orphan = blobs.put(b"of nobody")
    url = database.engine.url.render_as_string(hide_password=False)
    command = ["doctor", "--deep", "--mend", "--grace", "0", "--data", str(data_folder)]

    done = CliRunner().invoke(pagesight, command, env={"PAGESIGHT_DATABASE_URL": url})
    again = CliRunner().invoke(pagesight, [*command, "--json"], env={"PAGESIGHT_DATABASE_URL": url})

    assert f"{orphan.sha256}" in done.stdout
    assert "removed: nothing referred to it" in done.stdout
    assert "1 findings" in done.stdout
    assert "all is as it must be" in done.stdout
    assert not blobs.has(orphan.sha256)
    report = json.loads(again.stdout)
    assert (report["mended"], report["checkup"]["findings"]) == ([], [])
