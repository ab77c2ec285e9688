from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from index.errors import PageNotFound, StorageFull
from index.pooling import pooled
from index.records import Rows
from retrieval.int8.packing import pack_question
from retrieval.int8.scoring import maxima
from retrieval.sidecar.folder import APPEND_PAGES, NAMES, SidecarFolder
from tests.conftest import unit_rows

FIRST, SECOND, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
PAGES = {0: unit_rows(2, seed=9), 1: unit_rows(70, seed=1), 3: unit_rows(5, seed=3)}
OTHERS = {0: unit_rows(0), 1: unit_rows(33, seed=4), 2: unit_rows(0)}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "sidecar" / "default-1"


@pytest.fixture
def filled(place: Path) -> Iterator[SidecarFolder]:
    opened = SidecarFolder(place, dim=16)
    opened.append(FIRST, PAGES.items())
    opened.append(SECOND, OTHERS.items())
    yield opened
    opened.close()


def exact_rows(folder: SidecarFolder, generation: UUID, page: int) -> Rows:
    slot = folder.view.slot(generation, page)
    assert slot is not None
    return folder.view.page_rows(slot)


def assert_holds(folder: SidecarFolder, generation: UUID, pages: dict[int, Rows]) -> None:
    for number, rows in pages.items():
        found = exact_rows(folder, generation, number)
        np.testing.assert_allclose(found.vectors, rows.vectors, atol=1e-3)
        np.testing.assert_allclose(found.boxes, rows.boxes, atol=1e-4)
        np.testing.assert_array_equal(found.kinds, rows.kinds)


def test_rows_come_back_with_their_places(filled: SidecarFolder) -> None:
    assert_holds(filled, FIRST, PAGES)
    assert_holds(filled, SECOND, OTHERS)


def test_a_page_that_is_not_there_has_no_slot(filled: SidecarFolder) -> None:
    assert [filled.view.slot(FIRST, page) for page in (2, 4)] == [None, None]


def test_packed_rows_score_as_the_exact_ones_nearly_do(filled: SidecarFolder) -> None:
    tokens = unit_rows(6, seed=5).vectors
    view = filled.view
    for packed, form in ((view.rows, lambda rows: rows.vectors), (view.pooled, pooled)):
        found = maxima(pack_question(tokens), packed)
        for page in (1, 3):
            slot = view.slot(FIRST, page)
            best = (tokens @ form(PAGES[page]).T).max(axis=1)
            np.testing.assert_allclose(found[slot], best, atol=0.03)
    assert np.isneginf(maxima(pack_question(tokens), view.rows)[view.slot(SECOND, 2)]).all()


def test_it_is_as_it_was_when_it_is_opened_again(filled: SidecarFolder, place: Path) -> None:
    filled.close()
    again = SidecarFolder(place, dim=16)
    assert_holds(again, FIRST, PAGES)
    assert_holds(again, SECOND, OTHERS)
    again.append(THIRD, PAGES.items())
    assert_holds(again, THIRD, PAGES)
    again.close()


def test_a_generation_of_many_pages_is_written_bit_by_bit_and_whole(place: Path) -> None:
    pages = {n: unit_rows(n % 5, seed=n) for n in range(2 * APPEND_PAGES + 3)}
    opened = SidecarFolder(place, dim=16)
    opened.append(FIRST, PAGES.items())
    opened.append(SECOND, pages.items())
    assert_holds(opened, SECOND, pages)
    opened.close()
    again = SidecarFolder(place, dim=16)
    assert_holds(again, FIRST, PAGES)
    assert_holds(again, SECOND, pages)
    again.close()


def test_pages_that_stop_coming_leave_what_was_there(filled: SidecarFolder, place: Path) -> None:
    def pages() -> Iterator[tuple[int, Rows]]:
        yield from ((n, unit_rows(3, seed=n)) for n in range(APPEND_PAGES + 1))
        raise PageNotFound("gone")

    with pytest.raises(PageNotFound):
        filled.append(THIRD, pages())
    filled.append(THIRD, OTHERS.items())
    filled.close()
    again = SidecarFolder(place, dim=16)
    for generation, held in ((FIRST, PAGES), (SECOND, OTHERS), (THIRD, OTHERS)):
        assert_holds(again, generation, held)
    again.close()


def test_a_view_stays_as_it_was_when_more_is_added(filled: SidecarFolder) -> None:
    before = filled.view
    n_slots = len(before.page)
    filled.append(THIRD, PAGES.items())
    assert len(before.page) == n_slots
    assert THIRD not in before.slots
    assert_holds(filled, THIRD, PAGES)


@pytest.mark.parametrize("name", NAMES)
def test_bytes_that_changed_are_not_believed(filled: SidecarFolder, place: Path, name: str) -> None:
    filled.close()
    content = bytearray((place / name).read_bytes())
    content[-1] ^= 1
    (place / name).write_bytes(content)
    again = SidecarFolder(place, dim=16)
    assert set(again.view.slots) == {FIRST}
    again.append(SECOND, OTHERS.items())
    assert_holds(again, SECOND, OTHERS)
    again.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_gone_is_made_anew(filled: SidecarFolder, place: Path, name: str) -> None:
    filled.close()
    (place / name).unlink()
    again = SidecarFolder(place, dim=16)
    assert set(again.view.slots) == set()
    again.append(FIRST, PAGES.items())
    assert_holds(again, FIRST, PAGES)
    again.close()


def test_an_append_that_was_cut_off_anywhere_is_as_if_it_never_was(place: Path) -> None:
    opened = SidecarFolder(place, dim=16)
    opened.append(FIRST, PAGES.items())
    sizes = {path.name: path.stat().st_size for path in place.iterdir()}
    opened.append(SECOND, OTHERS.items())
    opened.close()
    whole = {path.name: path.read_bytes() for path in place.iterdir()}
    for name in (*NAMES, "journal"):
        for end in range(sizes[name], len(whole[name]), 97):
            (place / name).write_bytes(whole[name][:end])
            again = SidecarFolder(place, dim=16)
            assert set(again.view.slots) <= {FIRST, SECOND}
            assert_holds(again, FIRST, PAGES)
            again.close()
            for other, content in whole.items():
                (place / other).write_bytes(content)


def test_another_dimension_begins_anew(filled: SidecarFolder, place: Path) -> None:
    filled.close()
    for _ in range(2):
        again = SidecarFolder(place, dim=32)
        assert set(again.view.slots) == set()
        again.close()


def test_what_is_not_live_is_forgotten(filled: SidecarFolder) -> None:
    filled.keep_only({SECOND})
    assert set(filled.view.slots) == {SECOND}
    assert_holds(filled, SECOND, OTHERS)


def test_dead_bytes_are_cleared_up_when_they_are_most(filled: SidecarFolder, place: Path) -> None:
    before = (place / NAMES[0]).stat().st_size
    filled.keep_only({SECOND}, min_dead_bytes=0)
    assert (place / NAMES[0]).stat().st_size < before / 2
    assert_holds(filled, SECOND, OTHERS)
    filled.append(THIRD, PAGES.items())
    assert_holds(filled, THIRD, PAGES)
    assert [path.name for path in place.parent.iterdir() if "new" in path.name] == []


def test_a_second_opener_gets_a_folder_of_its_own_for_a_while(
    filled: SidecarFolder, place: Path
) -> None:
    second = SidecarFolder(place, dim=16)
    assert set(second.view.slots) == set()
    second.append(THIRD, PAGES.items())
    assert_holds(second, THIRD, PAGES)
    second.close()
    assert THIRD not in filled.view.slots
    assert [path.name for path in place.parent.iterdir() if path.is_dir()] == ["default-1"]


def test_no_room_is_told_and_changes_nothing(filled: SidecarFolder, place: Path) -> None:
    (place / NAMES[2]).unlink()
    (place / NAMES[2]).mkdir()
    with pytest.raises(StorageFull, match="no room"):
        filled.append(THIRD, PAGES.items())
    assert set(filled.view.slots) == {FIRST, SECOND}
