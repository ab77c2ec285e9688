"""Whatever is killed half-way leaves nothing that passes for whole, and is simply done again."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.backup import check
from index.backup.layout import SUMS
from index.backup.restorer import MARK
from index.catalog.audit import AuditLog
from index.errors import BackupDamaged, RestoreUnfinished
from tests.api.backup.conftest import Place, document
from tests.tiny import index

DYING = """
import os, signal, sys
from pathlib import Path
from api.backup import back_up, restore
from tests.tiny import HashedWords, settings

verb, folder, data, url, at = sys.argv[1:]
left = int(at)

def done(n_pages, total):
    global left
    left -= n_pages
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)

where = settings(Path(data), database_url=url)
if verb == "backup":
    back_up(where, Path(folder), done=done)
else:
    restore(where, Path(folder), encoder=HashedWords(), done=done)
"""


def kill(verb: str, folder: Path, place: Place, *, at_page: int) -> None:
    """Have a process die in the middle of it."""
    url = place.database.engine.url.render_as_string(hide_password=False)
    arguments = [verb, str(folder), str(place.data), url, str(at_page)]
    died = subprocess.run([sys.executable, "-c", DYING, *arguments], check=False)  # noqa: S603  ours
    assert died.returncode == -9


@pytest.mark.parametrize("at_page", [1, 6])
def test_a_backup_that_was_killed_is_none_and_is_made_again(
    place: Place, tmp_path: Path, at_page: int
) -> None:
    service = place.open()
    for number in range(2):
        index(service, f"{number}.pdf", document(number))
    service.close()
    target = tmp_path / "backup"

    kill("backup", target, place, at_page=at_page)

    assert not target.exists()
    with pytest.raises(BackupDamaged, match="never finished"):
        check(tmp_path / "backup.unfinished")
    assert place.back_up(target) == check(target)  # nothing is held up by the dead one
    assert not (tmp_path / "backup.unfinished").exists()


@pytest.mark.parametrize("at_page", [1, 6])
def test_a_restore_that_was_killed_is_not_served_and_goes_on(
    backup: Path, place: Place, at_page: int
) -> None:
    kill("restore", backup, place, at_page=at_page)

    with pytest.raises(RestoreUnfinished):
        place.open()
    assert place.restore(backup) == check(backup)
    service = place.open()
    assert [one.state for one in service.catalog.documents("default")] == ["ready", "ready"]
    service.close()


def test_a_restore_that_died_with_its_last_step_only_has_its_mark_removed(
    backup: Path, place: Place
) -> None:
    kill("restore", backup, place, at_page=6)
    mark = (place.data / MARK).read_bytes()
    place.restore(backup)
    (place.data / MARK).write_bytes(mark)

    place.restore(backup)

    assert not (place.data / MARK).exists()
    lines = AuditLog(place.database.engine).lines()
    assert [line.deed.action for line in lines].count("backup.restore") == 1
    place.open().close()


def test_the_sums_come_last(backup: Path) -> None:
    written = max((path.stat().st_mtime_ns, path.name) for path in backup.rglob("*.*"))

    assert (backup / SUMS).stat().st_mtime_ns >= written[0]
