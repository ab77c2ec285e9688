"""A run as one HTML page that needs nothing else: figures, plots, and what went wrong."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.desk import Desk
from eval.figures import ALL, Figure, cost, figures
from eval.measures import MEASURES
from eval.metrics.answers import holds_answer
from eval.record import Outcome, RunRecord
from eval.reports.charts import Bar, bar_chart, histogram, line_chart
from eval.reports.misses import rank, worst_misses
from eval.reports.tables import NAMES, retrieval_rows
from eval.run import DEPTH

HEADLINES = ("nDCG@5", "recall@1", "right", "box hit", "refusal recall", "refusal precision")
MEANING = {one.name: one.meaning for one in MEASURES}


@dataclass(frozen=True, slots=True)
class _WrongAnswer:
    """An answer that is not what the data set expects; none expected means a refusal."""

    question: str
    expected: tuple[str, ...]
    given: str
    refused: bool


def html_report(record: RunRecord, desk: Desk) -> str:
    """Return the page of a run; the pictures of its misses come from the service that ran it."""
    found, lead = figures(record), record.arms[0]
    loader = PackageLoader("eval", "reports")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html.j2").render(
        record=record,
        around=record.circumstances,
        lead=lead,
        headlines=_headlines(found, lead),
        names=NAMES,
        rows=retrieval_rows(found),
        others=[one for one in found if one.questions == ALL and not one.arms],
        meaning=MEANING,
        cost=cost(record),
        recall_chart=_recall_chart(record),
        slice_chart=_slice_chart(found, lead),
        time_chart=_time_chart(record, lead),
        misses=worst_misses(record, desk),
        n_missed=sum(_is_missed(one, lead) for one in record.outcomes),
        wrong=_wrong_answers(record.outcomes),
    )


def _headlines(found: Sequence[Figure], lead: str) -> list[Figure]:
    of_all = {one.measure: one for one in found if one.questions == ALL and one.arms in ("", lead)}
    return [of_all[name] for name in HEADLINES if name in of_all]


def _recall_chart(record: RunRecord) -> Markup:
    """Share of the answerable questions whose right page is among the first 1 to 10."""
    answerable = [one for one in record.outcomes if one.question.is_answerable]
    series = {
        arms.replace("+", " + "): _shares([rank(one, arms) for one in answerable])
        for arms in record.arms
    }
    return line_chart(series, title="Share of questions with a right page among the first 1 to 10")


def _shares(ranks: Sequence[int | None]) -> list[float]:
    n_questions = max(1, len(ranks))
    return [
        sum(one is not None and one <= depth for one in ranks) / n_questions
        for depth in range(1, DEPTH + 1)
    ]


def _slice_chart(found: Sequence[Figure], lead: str) -> Markup:
    bars = [
        Bar(f"{one.questions} ({one.n})", one.value, *one.interval)
        for one in found
        if one.measure == "nDCG@5" and one.arms == lead
    ]
    return bar_chart(bars, title="nDCG@5 of each slice of the questions, with 95 % intervals")


def _time_chart(record: RunRecord, lead: str) -> Markup:
    times = [one.found[lead].ms for one in record.outcomes]
    return histogram(times, title="Milliseconds of a search", unit="ms")


def _is_missed(outcome: Outcome, lead: str) -> bool:
    return outcome.question.is_answerable and rank(outcome, lead) != 1


def _wrong_answers(outcomes: Sequence[Outcome]) -> list[_WrongAnswer]:
    return [
        _WrongAnswer(one.question.text, one.question.answers, one.answer.text, one.answer.refused)
        for one in outcomes
        if one.answer is not None and not _is_right(one)
    ]


def _is_right(outcome: Outcome) -> bool:
    given = outcome.answer
    if given is None or not outcome.question.is_answerable:
        return given is None or given.refused
    return not given.refused and holds_answer(given.text, outcome.question.answers)
