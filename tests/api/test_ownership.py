import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.ownership import Owner, Ownership, find_owner
from index.errors import DataFolderBusy

ME = Owner(os.getpid(), "http://127.0.0.1:8080")


def test_a_folder_that_nobody_took_has_no_owner(tmp_path: Path) -> None:
    assert find_owner(tmp_path) is None
    assert find_owner(tmp_path / "absent") is None


def test_asking_for_the_owner_makes_nothing(tmp_path: Path) -> None:
    find_owner(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_owner_of_a_folder_is_found_with_its_address(tmp_path: Path) -> None:
    held = Ownership.take(tmp_path / "data", ME)
    assert find_owner(tmp_path / "data") == ME
    held.release()
    assert find_owner(tmp_path / "data") is None


def test_a_second_owner_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    held = Ownership.take(tmp_path, ME)
    with pytest.raises(DataFolderBusy, match=f"process {os.getpid()} owns"):
        Ownership.take(tmp_path, Owner(1, None))
    assert find_owner(tmp_path) == ME
    held.release()


def test_a_folder_is_free_again_after_its_release(tmp_path: Path) -> None:
    first = Ownership.take(tmp_path, ME)
    first.release()
    first.release()
    second = Ownership.take(tmp_path, Owner(1, None))
    assert find_owner(tmp_path) == Owner(1, None)
    second.release()


def test_the_folder_of_a_killed_process_is_free(tmp_path: Path) -> None:
    take_and_die = (
        "import os, signal; from pathlib import Path; from api.ownership import Owner, Ownership;"
        f"held = Ownership.take(Path({str(tmp_path)!r}), Owner(os.getpid(), None));"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    died = subprocess.run([sys.executable, "-c", take_and_die], check=False)  # noqa: S603  our own
    assert died.returncode == -9
    assert find_owner(tmp_path) is None
    Ownership.take(tmp_path, ME).release()
