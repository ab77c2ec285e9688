"""Records of runs, made by hand for the tests."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from eval.datasets.base import EvalQuestion, GoldBox, GoldPage, Judging, Label
from eval.record import Circumstances, Cited, Found, FoundPage, Given, Outcome, RunRecord
from index.records import Box

BOTH, MAXSIM = "maxsim+bm25", "maxsim"
LINE = Box(0.1, 0.2, 0.5, 0.3)


def question(
    name: str, *, answerable: bool = True, boxes: Sequence[Box] = (), **labels: Label
) -> EvalQuestion:
    """A question that page 1 of `dams` answers, with `twelve metres`."""
    return EvalQuestion(
        id=name,
        text=f"What of {name}?",
        pages=(GoldPage("dams", 1),) if answerable else (),
        answers=("twelve metres",) if answerable else (),
        boxes=tuple(GoldBox("dams", 1, box) for box in boxes),
        labels=labels,
    )


def found(rank: int | None, *, ms: float = 10.0) -> Found:
    """Three pages of which the right one stands at `rank`."""
    numbers = [1 if place == rank else place + 1 for place in range(1, 4)]
    return Found(tuple(FoundPage("dams", n, 1.0, 0.5) for n in numbers), ms)


def given(text: str = "twelve metres", *, box: Box | None = None, refused: bool = False) -> Given:
    """An answer that took 40 ms, 20 until its first words, and cites one box."""
    cited = (Cited("dams", 1, box, text),) if box else ()
    return Given(text, refused, not refused, "extractive", cited, 1000, 100, 40.0, 20.0)


def outcome(
    asked: EvalQuestion, rank: int | None, answer: Given | None = None, *, alone: int | None = None
) -> Outcome:
    """What became of a question; `alone` is the rank with MaxSim alone."""
    return Outcome(asked, {BOTH: found(rank), MAXSIM: found(alone)}, answer)


def record(outcomes: Sequence[Outcome], judged: Judging = "alternatives", **more: Any) -> RunRecord:
    """A run with these outcomes."""
    settings = {"vlm_prices": {"extractive": "2/10"}}
    around = Circumstances(
        started=datetime(2026, 1, 1, tzinfo=UTC),
        finished=datetime(2026, 1, 1, 0, 1, tzinfo=UTC),
        version="0.1.0",
        commit="abc",
        machine={"processor": "a processor", "cores": "2"},
        packages={"numpy": "2"},
        collection={"name": "tiny", "manifest": {"encoder": "a", "encoder_revision": "1"}},
        settings=settings,
        n_documents=1,
        n_pages=4,
        failed={},
        bytes_per_page=2048.0,
    )
    made = RunRecord("tiny", "5" * 64, judged, (BOTH, MAXSIM), around, tuple(outcomes))
    return replace(made, **more)
