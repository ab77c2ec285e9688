"""The files around the code: decisions, links, scripts."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.settings import Settings
from index import faults

ROOT = Path(__file__).parents[1]
TEXTS = {".md", ".py", ".sh", ".toml", ".yml", ".yaml", ".txt", ".jsonl", ".mako", ""}
NOT_OURS = {"build", "dist", "out", "pagesight-data", "demo-data"}
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("demo/*.md")])
SCRIPTS = [ROOT / ".ci" / "run", *sorted(ROOT.glob("tools/*.sh"))]
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
OWN_VARIABLES = re.compile(r"PAGESIGHT_(?!TEST_)[A-Z][A-Z_]*[A-Z]")
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~/$}-])/(?:work|root|home|Users)/\w[\w./-]*")


def our_files() -> Iterator[Path]:
    for top in sorted(ROOT.iterdir()):
        if top.name in NOT_OURS or (top.name[0] == "." and top.is_dir() and top.name != ".ci"):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts:
                yield path


def test_the_decisions_are_numbered_without_a_gap() -> None:
    decisions = sorted((ROOT / "docs" / "adr").glob("*.md"))

    for number, path in enumerate(decisions, 1):
        assert path.name.startswith(f"{number:04}-")
        assert path.read_text("utf-8").startswith(f"# {number}. ")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_links_of_a_page_lead_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text("utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_variable_that_is_written_about_is_a_setting() -> None:
    known = {f"PAGESIGHT_{name.upper()}" for name in Settings.model_fields} | {faults.VARIABLE}
    written = {
        (name, path.relative_to(ROOT).as_posix())
        for path in our_files()
        for name in OWN_VARIABLES.findall(path.read_text("utf-8"))
    }

    assert [(name, path) for name, path in sorted(written) if name not in known] == []


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    found = [
        (path.relative_to(ROOT).as_posix(), match)
        for path in our_files()
        for match in SOMEBODYS_FOLDER.findall(path.read_text("utf-8"))
    ]

    assert found == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_can_be_run_and_stops_at_the_first_failure(script: Path) -> None:
    text = script.read_text("utf-8")

    assert os.access(script, os.X_OK)
    assert text.startswith("#!/usr/bin/env bash\n")
    assert "\nset -euo pipefail\n" in text
    subprocess.run(["/bin/bash", "-n", script], check=True)  # noqa: S603  our own scripts, not run


def test_continuous_integration_runs_the_command_of_the_readme() -> None:
    assert "\nmake test" in (ROOT / ".ci" / "run").read_text("utf-8")
    assert "$ make test" in (ROOT / "README.md").read_text("utf-8")
