import subprocess
from pathlib import Path

from eval.circumstances import commit


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603  fixed words


def test_a_source_tree_is_told_by_its_commit_and_whether_it_changed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    git(tmp_path, "init")
    git(tmp_path, "add", "a")
    git(tmp_path, "commit", "-m", "One")
    clean = commit(tmp_path)
    (tmp_path / "a").write_text("2")

    assert len(clean) == 40
    assert commit(tmp_path) == f"{clean}+"


def test_outside_of_git_there_is_no_commit(tmp_path: Path) -> None:
    assert commit(tmp_path) == ""
