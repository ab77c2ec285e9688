"""The threat model says of every threat which tests show what stands in its way."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
THREAT = re.compile(r"^\| (\d+) \|.*\| ([^|]*) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def test_every_test_that_the_threat_model_names_is_there() -> None:
    named = NAMED.findall(PAGE)

    assert len(named) > 50
    assert [f"{file}::{test}" for file, test in named if test not in functions_of(file)] == []


def test_every_threat_has_a_number_of_its_own_and_tests() -> None:
    threats = THREAT.findall(PAGE)

    assert [int(number) for number, _ in threats] == list(range(1, len(threats) + 1))
    assert [number for number, shown_by in threats if not NAMED.search(shown_by)] == []
