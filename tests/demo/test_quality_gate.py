"""What the demo's documents are answered like must not fall behind the stored baseline."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.command import command
from eval.record import Cited, Found, Outcome, RunRecord
from eval.run import ARM_SETS
from index.records import Box

DEMO = Path(__file__).parents[2] / "demo"
MAX_DROP = "0.02"  # a question and a half of the 75 that have an answer
FUSED, MAXSIM, BM25 = ARM_SETS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def present(tmp_path_factory: pytest.TempPathFactory) -> RunRecord:
    """What the service does now."""
    folder = tmp_path_factory.mktemp("gate")
    options = ["--data", str(folder / "data"), "--json", str(folder / "run.json")]
    told = CliRunner().invoke(command, ["run", str(DEMO), *options])
    assert told.exit_code == 0, told.output
    return RunRecord.read(folder / "run.json")


def gate(record: RunRecord, folder: Path) -> Result:
    """Compare a run with the baseline as CI does."""
    record.write(folder / "run.json")
    paths = [str(DEMO / "baseline.json"), str(folder / "run.json")]
    return CliRunner().invoke(command, ["compare", *paths, "--max-drop", MAX_DROP])


def test_nothing_fell_behind_the_baseline(present: RunRecord, tmp_path: Path) -> None:
    told = gate(present, tmp_path)
    assert told.exit_code == 0, told.output


def test_without_bm25_the_gate_is_shut(present: RunRecord, tmp_path: Path) -> None:
    silent = replace(present, outcomes=tuple(_without_bm25(one) for one in present.outcomes))
    told = gate(silent, tmp_path)

    assert told.exit_code == 1
    assert "nDCG@5 bm25 is worse by" in told.stderr


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


def _without_bm25(outcome: Outcome) -> Outcome:
    """What searches find when BM25 finds nothing and says nothing to the others."""
    alone = outcome.found[MAXSIM]
    return replace(outcome, found={FUSED: alone, MAXSIM: alone, BM25: Found((), alone.ms)})


def _with_moved_boxes(outcome: Outcome) -> Outcome:
    if outcome.answer is None:
        return outcome
    cited = tuple(_moved(one) for one in outcome.answer.cited)
    return replace(outcome, answer=replace(outcome.answer, cited=cited))


def _moved(cited: Cited) -> Cited:
    """The citation a tenth of a page lower."""
    left, top, right, bottom = cited.box
    return replace(cited, box=Box(left, top + 0.1, right, bottom + 0.1))
