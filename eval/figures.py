"""The figures of a run: every measure of every slice of the questions, with its interval."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from api.prices import Price
from eval.datasets.base import Label
from eval.measures import MEASURES, Measure, measure
from eval.metrics.intervals import Interval, Weighted, interval
from eval.record import Given, Outcome, RunRecord

ALL = "all"
SLICED = ("kind", "evidence", "lang", "query_type", "image_only_page", "hard")
FLAGS = {"image_only_page": ("image-only pages", "pages with text"), "hard": ("hard", "not hard")}


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of some of the questions.

    Attributes:
        arms: the set of arms, for measures of retrieval; empty otherwise.
        n: how many questions have a say.
    """

    measure: str
    arms: str
    questions: str
    n: int
    value: float
    interval: Interval


class Times(NamedTuple):
    """Milliseconds: the median, and what one in twenty exceeds."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What a question costs: milliseconds, tokens of the model, money; and a page's bytes.

    Attributes:
        money: a question's mean, in the currency of the configured prices; none without prices.
        bytes_per_page: disk that vectors and sidecar take; none where that is not known.
    """

    search_ms: Times
    answer_ms: Times
    first_token_ms: Times
    input_tokens: float
    output_tokens: float
    money: float | None
    bytes_per_page: float | None


def figures(record: RunRecord) -> list[Figure]:
    """Return every figure that some question has a say in, in the order of `MEASURES`."""
    return [
        _figure(one, arms, name, measured.of(chosen))
        for one in MEASURES
        for arms in arms_of(one, record)
        for measured in [measure(record, one.name, arms)]
        for name, chosen in slices(record.outcomes).items()
        if (measured.weights[chosen] > 0).any()
    ]


def headlines(found: Sequence[Figure], lead: str) -> dict[str, float]:
    """Return each measure over all questions, of retrieval with the arms that users get."""
    return {
        one.measure: one.value for one in found if one.questions == ALL and one.arms in ("", lead)
    }


def arms_of(one: Measure, record: RunRecord) -> Sequence[str]:
    """Return the sets of arms that a measure is taken for; of answers there is only one."""
    return record.arms if one.part == "retrieval" else ("",)


def slices(outcomes: Sequence[Outcome]) -> Mapping[str, list[int]]:
    """Return the places of the questions of each slice, all of them first."""
    found: dict[str, list[int]] = {ALL: list(range(len(outcomes)))}
    for label in SLICED:
        for place, outcome in enumerate(outcomes):
            for name in _names(label, outcome.question.labels):
                found.setdefault(name, []).append(place)
    return found


def cost(record: RunRecord) -> Cost:
    """Return what a question cost, with the arms that users get."""
    lead = record.arms[0]
    searches = [one.found[lead].ms for one in record.outcomes if lead in one.found]
    answers = [one.answer for one in record.outcomes if one.answer is not None]
    return Cost(
        search_ms=_times(searches),
        answer_ms=_times([one.ms for one in answers]),
        first_token_ms=_times([one.first_token_ms for one in answers]),
        input_tokens=_mean([one.input_tokens for one in answers]),
        output_tokens=_mean([one.output_tokens for one in answers]),
        money=_money(answers, record.circumstances.settings),
        bytes_per_page=record.circumstances.bytes_per_page,
    )


def _figure(one: Measure, arms: str, questions: str, measured: Weighted) -> Figure:
    return Figure(one.name, arms, questions, measured.n, measured.mean, interval(measured))


def _names(label: str, labels: Mapping[str, Label]) -> Iterator[str]:
    """Names of the slices that a question is in by one of its labels."""
    value = labels.get(label)
    if label in FLAGS:
        if label in labels:
            yield FLAGS[label][0] if value else FLAGS[label][1]
    elif value is not None and value != "":
        yield f"{label}: {value}"


def _times(values: Sequence[float]) -> Times:
    if not values:
        return Times(float("nan"), float("nan"))
    return Times(float(np.percentile(values, 50)), float(np.percentile(values, 95)))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _money(answers: Sequence[Given], settings: Mapping[str, object]) -> float | None:
    """A question's mean price, by the table of prices; None where it lacks the model."""
    table = settings.get("vlm_prices")
    named = table if isinstance(table, dict) else {}
    prices = {model: Price.parse(price) for model, price in named.items()}
    if not answers or any(answer.model not in prices for answer in answers):
        return None
    total = sum(prices[a.model].of(a.input_tokens, a.output_tokens) for a in answers)
    return float(total) / len(answers)
