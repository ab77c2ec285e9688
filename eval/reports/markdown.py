"""The tables of a run as Markdown."""

from collections.abc import Iterator, Sequence

from eval.figures import ALL, Figure, cost, figures
from eval.measures import MEASURES
from eval.record import RunRecord
from eval.reports.tables import NAMES, retrieval_rows

MEANING = {one.name: one.meaning for one in MEASURES}


def markdown_report(record: RunRecord) -> str:
    """Return a run's circumstances and figures as Markdown."""
    found, around = figures(record), record.circumstances
    lines = [
        f"# {record.data_set}: {around.n_documents} documents, {around.n_pages} pages, "
        f"{len(record.outcomes)} questions",
        "",
        f"{around.finished:%Y-%m-%d %H:%M} UTC, Pagesight {around.version} {around.commit[:12]}, "
        f"{around.machine['processor']}, {around.machine['cores']} cores. Intervals are of 95 %, "
        "by bootstrap over the questions.",
        "",
        *_retrieval(found),
        "",
        *_answers(found),
        "",
        *_costs(record),
    ]
    return "\n".join(lines) + "\n"


def _retrieval(found: Sequence[Figure]) -> Iterator[str]:
    yield from _table(("questions", "n", "arms", *NAMES))
    for row in retrieval_rows(found):
        values = (f"{one.value:.3f}" for one in row.figures)
        yield _row((row.questions, str(row.n), row.arms.replace("+", " + "), *values))


def _answers(found: Sequence[Figure]) -> Iterator[str]:
    yield from _table(("measure", "figure", "95 %", "n", "meaning"))
    for one in found:
        if one.questions == ALL and not one.arms:
            between = f"{one.interval.low:.3f} to {one.interval.high:.3f}"
            meaning = MEANING[one.measure]
            yield _row((one.measure, f"{one.value:.3f}", between, str(one.n), meaning))


def _costs(record: RunRecord) -> Iterator[str]:
    one = cost(record)
    yield from _table(("cost of a question", "p50", "p95"))
    yield _row(("search, ms", f"{one.search_ms.p50:.0f}", f"{one.search_ms.p95:.0f}"))
    if record.outcomes and record.outcomes[0].answer is not None:
        yield _row(("answer, ms", f"{one.answer_ms.p50:.0f}", f"{one.answer_ms.p95:.0f}"))
        yield _row(("first words, ms", f"{one.first_token_ms.p50:.0f}", ""))


def _table(names: Sequence[str]) -> Iterator[str]:
    yield _row(names)
    yield "|" + "---|" * len(names)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
