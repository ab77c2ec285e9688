"""`pagesight eval compare`: what changed between two runs, and whether that may pass."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from api.commands.shared import err, out, says_errors
from eval.compare import GATED, Comparison, Difference, compare
from eval.figures import ALL
from eval.record import RunRecord

RECORD = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("compare")
@click.argument("before", type=RECORD)
@click.argument("after", type=RECORD)
@click.option(
    "--max-drop",
    type=click.FloatRange(0, 1),
    help="Fail when a gated figure is worse by more, or the index is built with something else: "
    + ", ".join(GATED)
    + ".",
)
@click.option("--slices", is_flag=True, help="Show every slice of the questions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@says_errors
def command(
    before: Path, after: Path, *, max_drop: float | None, slices: bool, as_json: bool
) -> None:
    """Compare two records of `eval run --json`; every interval is of 95 %, paired by question."""
    found = compare(RunRecord.read(before), RunRecord.read(after))
    if as_json:
        out.print_json(json.dumps(asdict(found)))
    else:
        _print(found, [one for one in found.differences if slices or one.questions == ALL])
    if max_drop is not None:
        _gate(found, max_drop)


def _print(found: Comparison, shown: Sequence[Difference]) -> None:
    table = Table(
        "measure", "arms", "questions", "n", "before", "after", "change", "95 %", box=None
    )
    for one in shown:
        low, high = one.interval
        numbers = f"{one.before:.3f}", f"{one.after:.3f}", f"{one.change:+.3f}"
        table.add_row(
            one.measure.name,
            one.arms.replace("+", " + "),
            one.questions,
            str(one.n),
            *numbers,
            f"[{low:+.3f}, {high:+.3f}]".replace("[", "\\["),
            style=_style(one),
        )
    out.print(table)
    for name, (old, new) in found.other_pins.items():
        out.print(f"built with another {name}: {old}, then {new}", style="yellow", markup=False)


def _style(one: Difference) -> str:
    if not one.is_sure:
        return ""
    return "red" if one.loss > 0 else "green"


def _gate(found: Comparison, max_drop: float) -> None:
    """End with 1 when the second run may not pass."""
    reasons = [
        f"{' '.join((one.measure.name, one.arms)).strip()} is worse by {one.loss:.3f}, "
        f"{max_drop:g} is allowed"
        for one in found.losses(max_drop)
    ]
    reasons += [f"the index is built with another {name}" for name in found.other_pins]
    for reason in reasons:
        err.print(reason, style="red", markup=False)
    if reasons:
        sys.exit(1)
