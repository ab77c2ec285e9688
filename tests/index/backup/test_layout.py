from collections.abc import Callable
from pathlib import Path

import pytest

from index.backup import layout
from index.errors import BackupDamaged

NAME = "catalog/pages.copy"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A finished backup of one table."""
    sums = {NAME: layout.write(tmp_path, NAME, [b"a\t1\n", b"b\t2\n"])}
    layout.write_sums(tmp_path, sums)
    return tmp_path


def check(folder: Path) -> None:
    layout.check_files(folder, layout.read_sums(folder))


def test_a_finished_backup_is_whole(folder: Path) -> None:
    check(folder)

    assert (folder / NAME).read_bytes() == b"a\t1\nb\t2\n"


def test_a_folder_without_sums_is_no_backup(folder: Path) -> None:
    (folder / layout.SUMS).unlink()

    with pytest.raises(BackupDamaged, match="never finished"):
        check(folder)


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def link(folder: Path) -> None:
    path = folder / NAME
    path.rename(folder.with_name("elsewhere"))
    path.symlink_to(folder.with_name("elsewhere"))


def link_sums(folder: Path) -> None:
    path = folder / layout.SUMS
    path.rename(folder.with_name("sums"))
    path.symlink_to(folder.with_name("sums"))


def hide_in_folder(folder: Path) -> None:
    (folder / NAME).rename(folder / "x")
    (folder / NAME).mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "flipped": lambda folder: flip(folder / NAME, 0),
    "cut off": lambda folder: (folder / NAME).write_bytes(b"a\t1\n"),
    "missing": lambda folder: (folder / NAME).unlink(),
    "too many": lambda folder: (folder / "catalog" / "jobs.copy").touch(),
    "hidden": lambda folder: (folder / ".note").touch(),
    "a link": link,
    "linked sums": link_sums,
    "a folder": hide_in_folder,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_not_as_it_was_written_is_told(
    folder: Path, damage: Callable[[Path], object]
) -> None:
    damage(folder)

    with pytest.raises(BackupDamaged):
        check(folder)


def test_no_byte_of_the_sums_can_change(folder: Path) -> None:
    path = folder / layout.SUMS
    whole = path.read_bytes()
    for at in range(len(whole) - 1):  # the last byte ends the last line
        flip(path, at)
        with pytest.raises(BackupDamaged):
            check(folder)
        path.write_bytes(whole)


@pytest.mark.parametrize(
    "name",
    [
        "../catalog/pages.copy",
        "catalog/../../pages.copy",
        "/etc/passwd",
        "catalog/pages.sql",
        "blobs/ab/cd" + "0" * 62,
        "points/../" + "0" * 8 + "-0000-0000-0000-000000000000/000000.npz",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(folder: Path, name: str) -> None:
    (folder / layout.SUMS).write_text(f"{'0' * 64}  {name}\n")

    with pytest.raises(BackupDamaged, match="no line of it"):
        layout.read_sums(folder)
