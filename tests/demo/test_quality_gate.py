"""What the demo's documents are answered like must not fall behind the stored baseline."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.command import command
from eval.record import Cited, Outcome, RunRecord
from index.records import Box

DEMO = Path(__file__).parents[2] / "demo"
MAX_DROP = "0.02"  # a question and a half of the 75 that have an answer
FUSED, MAXSIM = "maxsim+bm25", "maxsim"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], RunRecord]:
    """Runs the demo's questions with a set of arms; its documents are indexed once."""
    folder = tmp_path_factory.mktemp("gate")

    def asked(arms: str) -> RunRecord:
        path = folder / f"{arms}.json"
        options = ["--data", str(folder / "data"), "--arms", arms, "--json", str(path)]
        told = CliRunner().invoke(command, ["run", str(DEMO), *options])
        assert told.exit_code == 0, told.output
        return RunRecord.read(path)

    return asked


@pytest.fixture(scope="module")
def present(run: Callable[[str], RunRecord]) -> RunRecord:
    """What the service does now."""
    return run(FUSED)


def gate(record: RunRecord, folder: Path) -> Result:
    """Compare a run with the baseline as CI does."""
    record.write(folder / "run.json")
    paths = [str(DEMO / "baseline.json"), str(folder / "run.json")]
    return CliRunner().invoke(command, ["compare", *paths, "--max-drop", MAX_DROP])


def test_nothing_fell_behind_the_baseline(present: RunRecord, tmp_path: Path) -> None:
    told = gate(present, tmp_path)
    assert told.exit_code == 0, told.output


def test_without_bm25_the_gate_is_shut(run: Callable[[str], RunRecord], tmp_path: Path) -> None:
    told = gate(run(MAXSIM), tmp_path)

    assert told.exit_code == 1
    assert "is worse by" in told.stderr


def test_with_boxes_moved_the_gate_is_shut(present: RunRecord, tmp_path: Path) -> None:
    moved = replace(present, outcomes=tuple(_with_moved_boxes(one) for one in present.outcomes))
    told = gate(moved, tmp_path)

    assert told.exit_code == 1
    assert "box hit is worse by" in told.stderr


def test_with_another_model_the_gate_is_shut(present: RunRecord, tmp_path: Path) -> None:
    collection = dict(present.circumstances.collection)
    collection["manifest"] = {**collection["manifest"], "encoder_revision": "0.0.0"}
    around = replace(present.circumstances, collection=collection)
    told = gate(replace(present, circumstances=around), tmp_path)

    assert told.exit_code == 1
    assert "built with another encoder_revision" in told.stderr


def _with_moved_boxes(outcome: Outcome) -> Outcome:
    if outcome.answer is None:
        return outcome
    cited = tuple(_moved(one) for one in outcome.answer.cited)
    return replace(outcome, answer=replace(outcome.answer, cited=cited))


def _moved(cited: Cited) -> Cited:
    """The citation a tenth of a page lower."""
    left, top, right, bottom = cited.box
    return replace(cited, box=Box(left, top + 0.1, right, bottom + 0.1))
