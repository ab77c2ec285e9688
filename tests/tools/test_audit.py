"""pip-audit's own words, as it printed them, and what is made of them."""

import json
from datetime import date
from typing import Any

import pytest

from tools.audit import EXCEPTIONS, Audit, Vulnerability, complaints, read_audit

CLEAN = {"name": "click", "version": "8.3.0", "vulns": []}
WEAK = {
    "name": "jinja2",
    "version": "2.4.1",
    "vulns": [
        {
            "id": "PYSEC-2014-8",
            "fix_versions": ["2.7.2"],
            "aliases": ["CVE-2014-1402"],
            "description": "…",
        }
    ],
}
SKIPPED = {"name": "torch", "skip_reason": "Dependency not found on PyPI: torch (2.13.0)"}
TODAY, LATER = date(2026, 1, 5), date(2026, 1, 6)


def audit(*dependencies: dict[str, Any]) -> Audit:
    return read_audit(json.dumps({"dependencies": dependencies, "fixes": []}))


def test_what_is_found_is_told_with_what_mends_it() -> None:
    assert [*complaints(audit(CLEAN, WEAK), {}, TODAY)] == [
        "jinja2 2.4.1: PYSEC-2014-8, mended in 2.7.2"
    ]


def test_what_nothing_mends_yet_is_told_too() -> None:
    assert str(Vulnerability("a", "1", "X-1", ())) == "a 1: X-1, nothing mends it yet"


def test_a_clean_audit_has_no_complaint() -> None:
    assert [*complaints(audit(CLEAN), {}, TODAY)] == []


@pytest.mark.parametrize(
    ("until", "told"),
    [(LATER, []), (TODAY, []), (date(2026, 1, 4), ["ended on 2026-01-04: decide anew"])],
)
def test_an_exception_holds_until_its_day(until: date, told: list[str]) -> None:
    found = [*complaints(audit(CLEAN, WEAK), {"PYSEC-2014-8": until}, TODAY)]

    assert [line.partition("PYSEC-2014-8 ")[2] for line in found] == told


def test_an_exception_that_is_of_no_use_any_more_is_told() -> None:
    (line,) = complaints(audit(CLEAN), {"PYSEC-2014-8": LATER}, TODAY)

    assert "of no use" in line


def test_a_package_that_could_not_be_looked_up_is_not_clean() -> None:
    assert [*complaints(audit(CLEAN, SKIPPED), {}, TODAY)] == ["torch could not be looked up"]


@pytest.mark.parametrize("printed", ["", "Traceback …", "{}"])
def test_an_audit_that_broke_off_was_not_answered(printed: str) -> None:
    assert not read_audit(printed).is_answered


def test_a_mirror_that_knows_no_package_has_not_answered() -> None:
    assert not audit(SKIPPED).is_answered
    assert audit(CLEAN, SKIPPED).is_answered


def test_every_exception_has_a_reason() -> None:
    text = EXCEPTIONS.read_text("utf-8")

    assert text.count("\n[exceptions.") == text.count("\nreason = ") == text.count("\nuntil = ")
