from uuid import UUID

import pytest

from index.catalog.database import Database
from index.catalog.garbage import Garbage
from tests.index.catalog.test_rebuilds import Desk


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


def test_a_store_that_got_nothing_lacks_every_live_generation(desk: Desk) -> None:
    live = desk.ready("a.pdf")
    desk.job("b.pdf")
    (left,) = desk.fillings.unfilled("c", "c-2")
    assert (left.generation, left.name) == (live.generation, "a.pdf")
    assert desk.fillings.pages_done("c-2", live.generation) == 0
    assert desk.fillings.progress("c", "c-2") == (0, 2)


def test_the_later_note_of_a_generation_counts(desk: Desk) -> None:
    live = desk.ready(n_pages=3)
    desk.fillings.note("c-2", live.generation, 2)
    assert desk.fillings.unfilled("c", "c-2") != []
    desk.fillings.note("c-2", live.generation, 3, is_complete=True)
    assert desk.fillings.unfilled("c", "c-2") == []
    assert desk.fillings.pages_done("c-2", live.generation) == 3
    assert desk.fillings.pages_done("c-1", live.generation) == 0
    assert desk.fillings.progress("c", "c-2") == (3, 3)


def test_a_deleted_document_counts_for_nothing(desk: Desk, database: Database) -> None:
    gone = desk.ready("a.pdf")
    desk.ready("b.pdf", n_pages=5)
    desk.fillings.note("c-2", gone.generation, 2, is_complete=True)
    desk.catalog.delete_document("c", gone.document)
    assert desk.fillings.progress("c", "c-2") == (0, 5)
    Garbage(database.engine).forget(gone.generation, lambda _: None)
    assert desk.fillings.pages_done("c-2", gone.generation) == 0


def test_an_empty_collection_lacks_nothing(desk: Desk) -> None:
    assert desk.fillings.unfilled("c", "c-2") == []
    assert desk.fillings.progress("c", "c-2") == (0, 0)
    assert desk.fillings.pages_done("c-2", UUID(int=1)) == 0
