"""The table of an ablation: each variant beside the default, with paired intervals."""

from collections.abc import Iterator, Mapping

from eval.compare import Comparison, compare
from eval.figures import ALL, cost
from eval.record import RunRecord

SHOWN = ("nDCG@5", "recall@1", "right")
COLUMNS = ("variant", "nDCG@5", "change, 95 %", "recall@1", "change, 95 %", "right", "search, ms")


def ablation_rows(records: Mapping[str, RunRecord]) -> Iterator[tuple[str, ...]]:
    """Return a row of cells, as in `COLUMNS`, for each variant; the first one is the default."""
    default = next(iter(records.values()))
    for name, record in records.items():
        found = compare(default, record)
        ndcg, recall, right = (_cells(found, measure) for measure in SHOWN)
        yield name, *ndcg, *recall, right[0], f"{cost(record).search_ms.p50:.0f}"


def markdown_ablations(records: Mapping[str, RunRecord]) -> str:
    """Return the table as Markdown."""
    lines = [_line(COLUMNS), "|" + "---|" * len(COLUMNS)]
    return "\n".join(lines + [_line(row) for row in ablation_rows(records)]) + "\n"


def _cells(found: Comparison, measure: str) -> tuple[str, str]:
    """The figure of a variant over all questions, and its change."""
    for one in found.differences:
        if one.measure.name == measure and one.questions == ALL:
            low, high = one.interval
            return f"{one.after:.3f}", f"{one.change:+.3f} [{low:+.3f}, {high:+.3f}]"
    return "", ""


def _line(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
