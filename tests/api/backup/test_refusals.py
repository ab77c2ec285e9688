"""What is no sound backup, or no place for one, is refused before anything is written."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from api.backup import back_up, check, restore
from index.backup import layout
from index.backup.restorer import MARK
from index.errors import (
    BackupDamaged,
    BackupMismatch,
    InvalidRequest,
    ManifestMismatch,
    NotEmpty,
    RestoreUnfinished,
    StorageFull,
)
from tests.api.backup.conftest import Place, document
from tests.tiny import HashedWords, index

KINDS = ["backup.json", "SHA256SUMS", "catalog/*.copy", "points/*/*/*.npz", "blobs/*/*"]


@pytest.fixture
def copy(backup: Path, tmp_path: Path) -> Path:
    """A backup that may be changed."""
    return shutil.copytree(backup, tmp_path / "copy")


def refused(place: Place, backup: Path, error: type[Exception], told: str = ".") -> None:
    """See a restore refused, and nothing written."""
    with pytest.raises(error, match=told):
        place.restore(backup)
    assert not place.data.exists()


def one_of(folder: Path, kind: str) -> Path:
    """A file of a kind that holds something."""
    return next(path for path in sorted(folder.glob(kind)) if path.stat().st_size)


@pytest.mark.parametrize("kind", KINDS)
def test_a_flipped_byte_in_any_file_is_found(copy: Path, place: Place, kind: str) -> None:
    path = one_of(copy, kind)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    refused(place, copy, BackupDamaged)


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_file_is_found(copy: Path, place: Place, kind: str) -> None:
    one_of(copy, kind).unlink()

    refused(place, copy, BackupDamaged)


def test_a_missing_file_that_nobody_sums_up_is_found(copy: Path, place: Place) -> None:
    gone = one_of(copy, "points/*/*/*.npz")
    gone.unlink()
    sums = layout.read_sums(copy)
    del sums[gone.relative_to(copy).as_posix()]
    layout.write_sums(copy, sums)

    refused(place, copy, BackupDamaged, "were written")


def test_a_link_out_of_the_backup_is_refused(copy: Path, place: Place, tmp_path: Path) -> None:
    path = one_of(copy, "blobs/*/*")
    path.rename(tmp_path / "outside")
    path.symlink_to(tmp_path / "outside")

    refused(place, copy, BackupDamaged, "neither a file nor a folder")


def rewritten(copy: Path, **changes: object) -> None:
    """Say something else of a backup, soundly."""
    path = copy / layout.DESCRIPTION
    told = json.dumps(json.loads(path.read_text()) | changes).encode()
    sums = layout.read_sums(copy) | {
        layout.DESCRIPTION: layout.write(copy, layout.DESCRIPTION, [told])
    }
    layout.write_sums(copy, sums)


def test_a_backup_of_a_later_schema_is_refused(copy: Path, place: Place) -> None:
    rewritten(copy, revision="9999", pagesight="7.0")

    refused(place, copy, BackupMismatch, r"9999, made by Pagesight 7\.0; this version knows 0001")


def test_a_backup_of_another_format_is_refused(copy: Path, place: Place) -> None:
    rewritten(copy, format=2, tables="laid out otherwise")

    refused(place, copy, BackupMismatch, "format 2, this version reads 1")


def test_a_wrong_model_is_refused(backup: Path, place: Place) -> None:
    with pytest.raises(ManifestMismatch, match="encoder_revision: index '1', here '2'"):
        place.restore(backup, HashedWords(revision="2"))

    assert not place.data.exists()


def test_what_is_in_use_is_not_restored_into(
    backup: Path, place: Place, new_place: Callable[[], Place]
) -> None:
    service = place.open()
    index(service, "mine.pdf", document(5))
    service.close()

    with pytest.raises(NotEmpty, match="--data folder"):
        place.restore(backup)
    same_database = Place(new_place().data, place.database)
    refused(same_database, backup, NotEmpty, "the database is in use")

    service = place.open()
    assert [one.name for one in service.catalog.documents("default")] == ["mine.pdf"]
    service.close()


def test_nothing_is_backed_up_over_something(place: Place, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")

    with pytest.raises(NotEmpty, match="name a new folder"):
        place.back_up(tmp_path / "mine")


def test_a_disk_without_room_takes_no_backup(place: Place, tmp_path: Path) -> None:
    service = place.open()
    index(service, "0.pdf", document(0))
    service.close()

    with pytest.raises(StorageFull):
        back_up(place.settings(min_free_bytes=1 << 60), tmp_path / "target")

    assert [*tmp_path.glob("target*")] == []


def test_a_disk_without_room_takes_no_restore(backup: Path, place: Place) -> None:
    with pytest.raises(StorageFull):
        restore(place.settings(min_free_bytes=1 << 60), backup, encoder=HashedWords())

    assert not place.data.exists()


def test_a_place_that_cannot_be_written_is_told(place: Place, tmp_path: Path) -> None:
    place.open().close()
    (tmp_path / "file").touch()

    with pytest.raises(InvalidRequest, match="cannot be written"):
        place.back_up(tmp_path / "file" / "backup")


def test_a_folder_whose_restore_has_not_ended_is_not_served(place: Place) -> None:
    place.data.mkdir()
    (place.data / MARK).write_text("{}")

    with pytest.raises(RestoreUnfinished, match="it goes on"):
        place.open()


def test_a_restore_that_was_cut_off_is_not_ended_with_another_backup(
    backup: Path, place: Place
) -> None:
    place.data.mkdir()
    (place.data / MARK).write_text('{"backup": "of another"}')

    with pytest.raises(RestoreUnfinished, match="start that one again"):
        place.restore(backup)


def test_a_sound_backup_tells_what_it_holds(backup: Path) -> None:
    found = check(backup)

    assert (found.n_documents, found.n_pages) == (2, 6)
    assert [one.name for one in found.collections] == ["default"]
