"""What the README tells people to type works, in the order in which they would type it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGESIGHT = Path(sys.executable).with_name("pagesight")
STAYS = ("serve", "worker")  # they run until somebody stops them
CONSOLE = re.compile(r"^```console\n(.*?)^```", flags=re.MULTILINE | re.DOTALL)
MAKE = re.compile(r"(?:`|\$ )make ([a-z]+)")
INLINE = re.compile(r"`pagesight ([a-z]+)[^`]*`")


def typed(text: str) -> list[list[str]]:
    """The command lines of the console blocks, split as a shell would, without their comments."""
    lines = [line for block in CONSOLE.findall(text) for line in block.splitlines()]
    return [shlex.split(line[2:], comments=True) for line in lines if line.startswith("$ ")]


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  what the command starts with
        if not name.startswith("PAGESIGHT_")
    }
    return subprocess.run(  # noqa: S603  the README's own commands
        [PAGESIGHT, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def test_console_lines_are_read_as_a_shell_reads_them() -> None:
    sample = 'text\n```console\n$ pagesight ask "How tall?"  # told\nan answer\n```\n`$ no`\n'

    assert typed(sample) == [["pagesight", "ask", "How tall?"]]


def test_the_readme_shows_how_to_ingest_search_and_ask() -> None:
    shown = {command[1] for command in typed(README) if command[0] == "pagesight"}

    assert {"ingest", "search", "ask"} <= shown


@pytest.mark.slow
def test_the_commands_of_the_readme_succeed_in_their_order(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "demo" / "corpus", tmp_path / "demo" / "corpus")
    ended = [
        (command, run(command[1:], tmp_path))
        for command in typed(README)
        if command[0] == "pagesight" and command[1] not in STAYS
    ]

    failed = [(command, done.stdout + done.stderr) for command, done in ended if done.returncode]
    assert failed == []
    assert all(done.stdout for _, done in ended)


def test_every_target_of_make_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    pages = [README, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")]
    named = {target for page in pages for target in MAKE.findall(page)}

    assert {"demo", "test"} <= named
    assert [t for t in sorted(named) if not re.search(rf"^{t}:.*## ", makefile, re.MULTILINE)] == []


def test_every_command_that_is_named_exists() -> None:
    named = set(INLINE.findall(README)) | {c[1] for c in typed(README) if c[0] == "pagesight"}

    assert named <= set(COMMANDS)
