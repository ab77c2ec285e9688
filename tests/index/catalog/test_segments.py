from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, insert

from index.catalog.catalog import Catalog
from index.catalog.database import Database
from index.catalog.garbage import Garbage
from index.catalog.references import referenced
from index.catalog.schema import generations
from index.catalog.segments import Segments, drop_segments, move_segments
from tests.index.test_manifest import manifest

LIVE, BUILT = uuid4(), uuid4()


@pytest.fixture
def engine(database: Database) -> Engine:
    """A catalog with a live generation and one that is being built."""
    Catalog(database.engine).create_collection("c", manifest())
    with database.engine.begin() as connection:
        for generation, state in ((LIVE, "live"), (BUILT, "building")):
            row = {"id": generation, "collection": "c", "document": uuid4(), "sha256": "a"}
            told = {"name": "dams.pdf", "n_bytes": 3, "state": state}
            connection.execute(insert(generations).values(**row, **told))
    return database.engine


@pytest.fixture
def segments(engine: Engine) -> Segments:
    """A segment of each generation in each layer, and one of an index beside."""
    noted = Segments(engine)
    for store in ("c-1", "c-1-words"):
        for generation in (LIVE, BUILT):
            noted.note(store, generation, f"{store} of {generation}")
    noted.note("c-2", LIVE, "beside")
    return noted


def known(segments: Segments, store: str) -> dict[UUID, str]:
    return segments.known(store, [LIVE, BUILT, UUID(int=7)])


def test_a_segment_is_known_by_its_store_and_generation(segments: Segments) -> None:
    assert known(segments, "c-1") == {LIVE: f"c-1 of {LIVE}", BUILT: f"c-1 of {BUILT}"}
    assert segments.known("c-1", [LIVE]) == {LIVE: f"c-1 of {LIVE}"}
    assert known(segments, "c-3") == {}


def test_what_is_noted_again_takes_the_place_of_what_was(segments: Segments) -> None:
    segments.note("c-1", LIVE, "other")
    segments.note("c-1", LIVE, "other")
    assert known(segments, "c-1")[LIVE] == "other"


def test_a_segment_that_is_forgotten_leaves_those_of_other_stores(segments: Segments) -> None:
    segments.forget("c-1", LIVE)
    segments.forget("c-1", LIVE)
    assert [*known(segments, "c-1")] == [BUILT]
    assert LIVE in known(segments, "c-1-words")


def test_a_blob_that_is_a_segment_is_referred_to(engine: Engine, segments: Segments) -> None:
    with engine.connect() as connection:
        assert referenced(connection, ["beside", "nobody's"]) == {"beside"}
    segments.forget("c-2", LIVE)
    with engine.connect() as connection:
        assert referenced(connection, ["beside"]) == set()


@pytest.mark.usefixtures("segments")
def test_segments_go_with_their_generation(engine: Engine) -> None:
    gone: list[str] = []
    Garbage(engine).forget(LIVE, gone.append)
    assert sorted(gone) == ["beside", f"c-1 of {LIVE}", f"c-1-words of {LIVE}"]
    with engine.connect() as connection:
        assert referenced(connection, gone) == set()


def test_a_copy_of_an_index_gets_the_segments_of_what_is_live(
    engine: Engine, segments: Segments
) -> None:
    with engine.begin() as connection:
        move_segments(connection, "c-1", "c-3")
    assert known(segments, "c-3") == {LIVE: f"c-1 of {LIVE}"}
    assert known(segments, "c-3-words") == {LIVE: f"c-1-words of {LIVE}"}
    assert [*known(segments, "c-1")] == [BUILT]


def test_segments_go_with_their_index(engine: Engine, segments: Segments) -> None:
    with engine.begin() as connection:
        drop_segments(connection, "c-1")
    assert known(segments, "c-1") == known(segments, "c-1-words") == {}
    assert known(segments, "c-2") == {LIVE: "beside"}
