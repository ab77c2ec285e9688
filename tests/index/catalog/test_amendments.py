from uuid import uuid4

import pytest

from index.catalog.amendments import Amendments, Tally
from index.catalog.database import Database
from index.catalog.filters import DocumentFilter
from index.errors import CollectionNotFound, DocumentNotFound
from tests.index.catalog.test_catalog import OTHER, Desk, live_names


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def amendments(database: Database) -> Amendments:
    return Amendments(database.engine)


def test_a_name_and_metadata_are_changed_each_alone(desk: Desk, amendments: Amendments) -> None:
    document = desk.ready(year=2024).document

    renamed = amendments.amend("c", document, name="dams.pdf")
    told = amendments.amend("c", document, metadata={"kind": "report"})

    assert (renamed.name, renamed.metadata) == ("dams.pdf", {"year": 2024})
    assert (told.name, told.metadata) == ("dams.pdf", {"kind": "report"})


def test_readers_are_told_of_a_change(desk: Desk, amendments: Amendments) -> None:
    document = desk.ready().document
    before = desk.catalog.collection("c").version

    amendments.amend("c", document, name="dams.pdf")

    assert desk.catalog.collection("c").version > before
    assert live_names(desk, DocumentFilter(names=["dams*"])) == ["dams.pdf"]


def test_a_document_that_is_being_indexed_keeps_its_new_name(
    desk: Desk, amendments: Amendments
) -> None:
    job = desk.ledger.start(desk.accept().id)
    amendments.amend("c", job.document, name="dams.pdf")

    desk.ledger.publish(job, n_pages=1, store="c-1")

    assert desk.catalog.document("c", job.document).name == "dams.pdf"


def test_what_is_not_there_is_not_changed(amendments: Amendments, desk: Desk) -> None:
    with pytest.raises(DocumentNotFound):
        amendments.amend("c", uuid4(), name="x")
    with pytest.raises(CollectionNotFound):
        amendments.amend("nowhere", desk.ready().document, name="x")


def test_a_collection_is_counted_by_state(desk: Desk, amendments: Amendments) -> None:
    assert amendments.tally("c") == Tally({}, 0)
    desk.ready()
    desk.accept(OTHER)

    tally = amendments.tally("c")

    assert tally == Tally({"ready": 1, "queued": 1}, 1)
    assert tally.n_documents == 2


def test_documents_are_listed_by_state_and_name(desk: Desk) -> None:
    desk.ready()
    desk.accept(OTHER)

    def names(only: DocumentFilter | None = None, **state: str) -> list[str]:
        return [one.name for one in desk.catalog.documents("c", only, **state)]  # type: ignore[arg-type]  # a state

    assert names(state="ready") == ["report.pdf"]
    assert names(state="failed") == []
    assert names(DocumentFilter(names=["*-2*"])) == ["report-2.pdf"]
    assert names(DocumentFilter(names=["report*"]), state="queued") == ["report-2.pdf"]
