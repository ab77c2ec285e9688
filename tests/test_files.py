"""The files around the code: containers, decisions, links, scripts."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.settings import LOOPBACK, Settings

ROOT = Path(__file__).parents[1]
TEXTS = {".md", ".py", ".sh", ".toml", ".yml", ".yaml", ".txt", ".jsonl", ".mako", ""}
NOT_OURS = {"build", "dist", "out", "pagesight-data", "demo-data"}
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("demo/*.md")])
SCRIPTS = [ROOT / ".ci" / "run", *sorted(ROOT.glob("tools/*.sh"))]
LINK = re.compile(r"\]\((?!https?://|#)([^)#\s]+)")
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+(\.\d+)?[\w.-]*")
OWN_VARIABLES = re.compile(r"PAGESIGHT_(?!TEST_)[A-Z][A-Z_]*[A-Z]")
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~/$}-])/(?:work|root|home|Users)/\w[\w./-]*")


@pytest.fixture
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return loaded


@pytest.fixture
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text("utf-8")


def our_files() -> Iterator[Path]:
    for top in sorted(ROOT.iterdir()):
        if top.name in NOT_OURS or (top.name[0] == "." and top.is_dir() and top.name != ".ci"):
            continue
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts:
                yield path


def variables_of(service: dict[str, Any]) -> dict[str, Any]:
    return dict(service.get("environment", {}))


def test_only_loopback_ports_are_published(compose: dict[str, Any]) -> None:
    published = {
        name: service["ports"]
        for name, service in compose["services"].items()
        if "ports" in service
    }

    assert list(published) == ["api"]
    assert all(port.startswith(f"{LOOPBACK[0]}:") for port in published["api"])


def test_only_what_is_published_on_loopback_trusts_its_network(compose: dict[str, Any]) -> None:
    trusting = [
        name
        for name, service in compose["services"].items()
        if "PAGESIGHT_TRUST_NETWORK" in variables_of(service)
    ]

    assert trusting == ["api"]


def test_the_images_are_pinned(compose: dict[str, Any], dockerfile: str) -> None:
    images = [service["image"] for service in compose["services"].values()]
    bases = re.findall(r"^FROM (\S+)", dockerfile, flags=re.MULTILINE)

    assert len(bases) == 2
    assert [image for image in images + bases if not PINNED.fullmatch(image)] == []


def test_what_a_container_is_told_is_a_setting(compose: dict[str, Any]) -> None:
    told = {
        name.removeprefix("PAGESIGHT_").lower(): value
        for service in compose["services"].values()
        for name, value in variables_of(service).items()
        if name.startswith("PAGESIGHT_") and value is not None and "$" not in value
    }
    settings = Settings(**told)

    assert set(told) <= set(Settings.model_fields)
    assert (settings.host, settings.trust_network) == ("0.0.0.0", True)  # noqa: S104  inside


def test_the_containers_of_one_fleet_share_database_vectors_and_folder(
    compose: dict[str, Any],
) -> None:
    api, worker = compose["services"]["api"], compose["services"]["worker"]

    for name in ("PAGESIGHT_DATABASE_URL", "PAGESIGHT_VECTORS", "PAGESIGHT_DATA"):
        assert variables_of(api)[name] == variables_of(worker)[name]
    assert api["volumes"] == worker["volumes"]


def test_what_parses_files_reaches_no_network_outside(compose: dict[str, Any]) -> None:
    assert compose["services"]["worker"]["networks"] == ["inside"]
    assert compose["networks"]["inside"] == {"internal": True}


def test_the_named_volumes_and_networks_exist(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service["networks"]) <= set(compose["networks"])
        assert {volume.partition(":")[0] for volume in service["volumes"]} <= set(
            compose["volumes"]
        )


def test_the_image_serves_as_a_user_of_its_own_and_says_whether_it_lives(dockerfile: str) -> None:
    last_stage = dockerfile.rpartition("\nFROM ")[2]

    assert re.findall(r"^USER (\S+)", last_stage, flags=re.MULTILINE) == ["pagesight"]
    assert f"http://127.0.0.1:{Settings().port}/livez" in last_stage
    assert 'ENTRYPOINT ["pagesight"]' in last_stage


def test_the_image_gets_every_package_and_every_lock() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"demo", "tests"}

    assert ignored[1] == "*"
    assert {f"!{name}" for name in packages} <= set(ignored)
    assert {"!requirements.lock", "!requirements-torch.txt", "!pyproject.toml"} <= set(ignored)


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
    known = {f"PAGESIGHT_{name.upper()}" for name in Settings.model_fields}
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
