"""What the audit log tells of backups, and goes on with after one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from api.backup import back_up
from index.backup.layout import SUMS, hash_of
from index.catalog.audit import AuditLog
from index.catalog.lines import Deed, Line
from index.errors import BackupDamaged, NotEmpty, StorageFull
from tests.api.backup.conftest import Place, document
from tests.tiny import index

NewPlace = Callable[[], Place]


def told(lines: list[Line]) -> list[tuple[str, str, str]]:
    return [(line.deed.action, line.deed.who, line.deed.result) for line in lines]


def log_of(place: Place) -> AuditLog:
    return AuditLog(place.database.engine)


@pytest.fixture
def filled(place: Place) -> Place:
    """A place with a document and a line of the log."""
    service = place.open()
    index(service, "0.pdf", document(0))
    service.close()
    log_of(place).append(Deed("document.upload", "local"))
    return place


def test_a_backup_has_a_line_that_says_which_it_is(filled: Place, tmp_path: Path) -> None:
    filled.back_up(tmp_path / "backup")

    _, line = log_of(filled).lines()
    assert told([line]) == [("backup.create", "local", "done")]
    assert line.deed.about == {
        "backup": hash_of(tmp_path / "backup" / SUMS),
        "documents": 1,
        "pages": 3,
    }


def test_the_log_of_a_restored_place_goes_on_behind_that_of_the_backup(
    filled: Place, new_place: NewPlace, tmp_path: Path
) -> None:
    head = log_of(filled).verify().head
    filled.back_up(tmp_path / "backup")
    made = log_of(filled).lines()[-1]
    restored = new_place()

    restored.restore(tmp_path / "backup")

    lines = log_of(restored).lines()
    assert told(lines) == [
        ("document.upload", "local", "done"),
        ("backup.restore", "local", "done"),
    ]
    assert lines[-1].deed.about == made.deed.about
    assert lines[0] == log_of(filled).lines()[0]
    assert log_of(restored).verify(head).is_whole
    assert not log_of(restored).verify(made.digest).is_whole


def test_a_restore_that_is_done_again_has_one_line(
    filled: Place, new_place: NewPlace, tmp_path: Path
) -> None:
    filled.back_up(tmp_path / "backup")
    restored = new_place()
    restored.restore(tmp_path / "backup")

    with pytest.raises(NotEmpty):
        restored.restore(tmp_path / "backup")

    assert [line.deed.action for line in log_of(restored).lines()][1:] == ["backup.restore"]


def test_a_backup_that_fails_has_a_line_with_the_reason(filled: Place, tmp_path: Path) -> None:
    with pytest.raises(StorageFull):
        back_up(filled.settings(min_free_bytes=1 << 60), tmp_path / "backup")

    assert told(log_of(filled).lines()[1:]) == [("backup.create", "local", "storage_full")]


def test_what_never_began_has_no_line(filled: Place, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "mine.txt").write_text("mine")

    with pytest.raises(NotEmpty):
        filled.back_up(tmp_path / "backup")
    with pytest.raises(BackupDamaged):
        filled.back_up(tmp_path / "other", since=tmp_path / "backup")

    assert [line.deed.action for line in log_of(filled).lines()] == ["document.upload"]
