"""Two runs side by side: what changed, by how much, and whether that is more than chance."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.figures import ALL, slices
from eval.measures import MEASURES, Measure, measure
from eval.metrics.intervals import Interval, Weighted, paired_interval
from eval.record import RunRecord
from index.errors import InvalidRequest

GATED = ("nDCG@5", "recall@1", "right", "box hit", "refusal recall", "wrongly refused")
PINS = ("encoder", "encoder_revision", "encoder_sha256", "rows", "tokens", "words", "language")


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure of the same questions in two runs.

    Attributes:
        n: how many questions have a say in either.
        interval: of `after - before`, paired by question.
    """

    measure: Measure
    arms: str
    questions: str
    n: int
    before: float
    after: float
    interval: Interval

    @property
    def change(self) -> float:
        """How much higher the figure is after."""
        return self.after - self.before

    @property
    def loss(self) -> float:
        """How much worse it is after; negative where it is better."""
        return -self.change if self.measure.more_is_better else self.change

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.interval.low > 0 or self.interval.high < 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """What two runs of one data set have in common and not.

    Attributes:
        differences: every measure of every slice, in the order of a run's figures.
        other_pins: what the two indexes were built with where they differ: before and after.
    """

    differences: tuple[Difference, ...]
    other_pins: Mapping[str, tuple[str, str]]

    def losses(self, allowed: float) -> list[Difference]:
        """Return the gated figures over all questions that are worse by more than allowed.

        A figure that is missing after is not a number, and as bad as can be.
        """
        gated = (d for d in self.differences if d.questions == ALL and d.measure.name in GATED)
        return [one for one in gated if not one.loss <= allowed]


def compare(before: RunRecord, after: RunRecord) -> Comparison:
    """Compare two runs, question by question.

    What users get is compared with what users got, whatever their arms were, under the arms of
    `before`; other sets of arms only with themselves.

    Raises:
        InvalidRequest: they did not ask the same questions.
    """
    if before.sha256 != after.sha256:
        raise InvalidRequest(
            f"the runs asked different questions: {before.data_set} {before.sha256[:12]} and "
            f"{after.data_set} {after.sha256[:12]}; run both on one data set"
        )
    return Comparison(tuple(_differences(before, after)), _other_pins(before, after))


def _differences(before: RunRecord, after: RunRecord) -> Iterator[Difference]:
    places = slices(before.outcomes)
    for one in MEASURES:
        for arms, arms_after in _pairs(one, before, after):
            old, new = measure(before, one.name, arms), measure(after, one.name, arms_after)
            for name, chosen in places.items():
                yield from _difference(one, arms, name, (old.of(chosen), new.of(chosen)))


def _difference(
    one: Measure, arms: str, questions: str, measured: tuple[Weighted, Weighted]
) -> Iterator[Difference]:
    old, new = measured
    if old.n:
        between = paired_interval(old, new)
        yield Difference(one, arms, questions, max(old.n, new.n), old.mean, new.mean, between)


def _pairs(one: Measure, before: RunRecord, after: RunRecord) -> Sequence[tuple[str, str]]:
    if one.part != "retrieval":
        return [("", "")]
    return [(before.arms[0], after.arms[0]), *((arms, arms) for arms in before.arms[1:])]


def _other_pins(before: RunRecord, after: RunRecord) -> dict[str, tuple[str, str]]:
    old, new = (run.circumstances.collection.get("manifest", {}) for run in (before, after))
    return {
        name: (str(old.get(name)), str(new.get(name)))
        for name in PINS
        if old.get(name) != new.get(name)
    }
