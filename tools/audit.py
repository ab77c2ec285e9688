"""Look up every locked package among the published vulnerabilities.

python -m tools.audit [--must-answer]

Ends with 1 when something is found that `tools/audit.toml` makes no exception of, when an exception
is out of date, or when a package could not be looked up although others could. Where the service of
vulnerabilities does not answer at all it says so and ends with 0, or with 1 under `--must-answer`:
an outage elsewhere must not stop a build, and must not look like a clean audit.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tools.locked import CHECKS, ROOT

EXCEPTIONS = ROOT / "tools" / "audit.toml"
PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """A published weakness of a locked package."""

    package: str
    version: str
    id: str
    fixed_in: tuple[str, ...]

    def __str__(self) -> str:
        mended = (
            f"mended in {', '.join(self.fixed_in)}" if self.fixed_in else "nothing mends it yet"
        )
        return f"{self.package} {self.version}: {self.id}, {mended}"


@dataclass(frozen=True, slots=True)
class Audit:
    """What was looked up: how many packages, what was found, which could not be looked up."""

    n_packages: int
    found: tuple[Vulnerability, ...]
    skipped: tuple[str, ...]

    @property
    def is_answered(self) -> bool:
        """Whether the service knew anything at all; a mirror without it knows no package."""
        return len(self.skipped) < self.n_packages


def read_audit(printed: str) -> Audit:
    """Read what pip-audit printed; nothing where it broke off."""
    try:
        dependencies = json.loads(printed)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        return Audit(0, (), ())
    return Audit(
        len(dependencies),
        tuple(found for one in dependencies for found in _vulnerabilities(one)),
        tuple(one["name"] for one in dependencies if "skip_reason" in one),
    )


def complaints(audit: Audit, exceptions: Mapping[str, date], today: date) -> Iterator[str]:
    """Yield a line for everything that must be seen to.

    Args:
        audit: what was looked up.
        exceptions: until when vulnerabilities are put up with, by id.
        today: to tell which exceptions are out of date.
    """
    for one in audit.found:
        if one.id not in exceptions:
            yield str(one)
    found = {one.id for one in audit.found}
    for id_, until in exceptions.items():
        if id_ not in found:
            yield f"the exception for {id_} is of no use any more: nothing is found"
        elif until < today:
            yield f"the exception for {id_} ended on {until}: decide anew"
    for name in audit.skipped:
        yield f"{name} could not be looked up"


def main() -> None:
    """Audit the locks and say what was found."""
    audit = read_audit(_run())
    if not audit.is_answered:
        _say("NOT DONE, the service of vulnerabilities does not answer")
        sys.exit("--must-answer" in sys.argv)
    told = [*complaints(audit, _exceptions(), datetime.now(UTC).date())]
    for line in told:
        _say(line)
    _say(f"{audit.n_packages} packages, {len(told)} complaints")
    sys.exit(bool(told))


def _say(line: str) -> None:
    sys.stdout.write(f"audit: {line}\n")


def _run() -> str:
    files = [part for file in CHECKS for part in ("-r", str(ROOT / file))]
    done = subprocess.run(  # noqa: S603  a locked program, our own files
        [
            *(sys.executable, "-m", "pip_audit", "--format", "json", "--timeout", str(PATIENCE_S)),
            *("--progress-spinner", "off", "--disable-pip", "--no-deps", *files),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout


def _exceptions() -> dict[str, date]:
    told = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8")).get("exceptions", {})
    return {id_: exception["until"] for id_, exception in told.items()}


def _vulnerabilities(dependency: Mapping[str, Any]) -> Iterator[Vulnerability]:
    found: Sequence[Mapping[str, Any]] = dependency.get("vulns", [])
    for one in found:
        yield Vulnerability(
            dependency["name"], dependency["version"], one["id"], tuple(one["fix_versions"])
        )


if __name__ == "__main__":
    main()
