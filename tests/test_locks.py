"""The lock files hold what pyproject.toml asks for, by hash, and nothing of anybody's machine."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.locked import pins

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
SERVICE = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {
    extra: [Requirement(line) for line in lines]
    for extra, lines in PROJECT["optional-dependencies"].items()
}
CHECKS = EXTRAS["dev"]
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("file", LOCKS)
def test_every_locked_package_has_hashes(file: str) -> None:
    locked = list(pins(file))

    assert len(locked) > 60
    assert [pin.name for pin in locked if not pin.hashes] == []


@pytest.mark.parametrize("file", LOCKS)
def test_torch_and_its_gpu_parts_are_left_to_the_build_that_fits_the_machine(file: str) -> None:
    named = [pin.name for pin in pins(file)]

    assert [n for n in named if re.match(r"torch$|triton|nvidia|cuda", n)] == []


@pytest.mark.parametrize("file", [*LOCKS, "requirements-torch.txt"])
def test_a_lock_names_no_place(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")

    assert re.findall(r"://|file:|--(?:extra-)?index|--find-links", text) == []


@pytest.mark.parametrize(
    ("file", "asked"), [("requirements.lock", SERVICE), ("requirements-dev.lock", SERVICE + CHECKS)]
)
def test_a_lock_holds_what_the_project_asks_for(file: str, asked: list[Requirement]) -> None:
    locked = {pin.name: pin.version for pin in pins(file, "requirements-torch.txt")}
    wrong = [
        str(requirement)
        for requirement in asked
        if not requirement.specifier.contains(
            locked.get(canonicalize_name(requirement.name), "0.dev0")
        )
    ]

    assert wrong == [], "run: make lock"


def test_the_checks_run_on_the_packages_of_the_service() -> None:
    tested = {(pin.name, pin.version) for pin in pins("requirements-dev.lock")}

    assert {(pin.name, pin.version) for pin in pins("requirements.lock")} <= tested


def test_every_direct_dependency_has_its_reason_in_the_docs() -> None:
    table = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\|((?: `[\w-]+`,?)+) \|", table, flags=re.MULTILINE)
    told = [name for row in rows for name in re.findall(r"`([\w-]+)`", row)]

    asked = [requirement.name for group in (SERVICE, *EXTRAS.values()) for requirement in group]
    assert sorted(told) == sorted(asked)


@pytest.mark.parametrize("file", ["Dockerfile", "tools/setup.sh"])
def test_what_is_locked_is_installed_by_its_hashes_and_nothing_beside(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    lines = re.findall(r"^.*-r requirements(?:-dev)?\.lock.*$", text, flags=re.MULTILINE)

    assert lines
    assert all("--require-hashes --no-deps" in line for line in lines)
