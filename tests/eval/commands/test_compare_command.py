from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eval.command import command
from eval.record import RunRecord
from tests.eval.records import LINE, given, outcome, question, record


def run(rank: int | None = 1, *, hit: bool = True) -> RunRecord:
    answer = given(box=LINE if hit else None)
    return record([outcome(question(str(n), boxes=[LINE]), rank, answer) for n in range(4)])


def compared(folder: Path, before: RunRecord, after: RunRecord, *options: str) -> Result:
    before.write(folder / "before.json")
    after.write(folder / "after.json")
    paths = [str(folder / "before.json"), str(folder / "after.json")]
    return CliRunner().invoke(command, ["compare", *paths, *options])


def test_differences_are_printed_and_are_no_failure(tmp_path: Path) -> None:
    told = compared(tmp_path, run(), run(3))

    assert told.exit_code == 0
    assert "recall@1" in told.output
    assert "-1.000" in told.output


def test_a_drop_beyond_the_allowed_fails_and_says_which(tmp_path: Path) -> None:
    told = compared(tmp_path, run(), run(3), "--max-drop", "0.01")

    assert told.exit_code == 1
    assert "recall@1 maxsim+bm25 is worse by 1.000, 0.01 is allowed" in told.stderr


def test_equal_runs_pass(tmp_path: Path) -> None:
    assert compared(tmp_path, run(), run(), "--max-drop", "0").exit_code == 0


def test_moved_boxes_fail(tmp_path: Path) -> None:
    told = compared(tmp_path, run(), run(hit=False), "--max-drop", "0.01")

    assert told.exit_code == 1
    assert "box hit is worse" in told.stderr


def test_another_pin_fails_whatever_the_figures(tmp_path: Path) -> None:
    collection = {"name": "tiny", "manifest": {"encoder": "b", "encoder_revision": "1"}}
    around = replace(run().circumstances, collection=collection)
    told = compared(tmp_path, run(), replace(run(), circumstances=around), "--max-drop", "1")

    assert told.exit_code == 1
    assert "built with another encoder" in told.stderr


def test_slices_and_json_are_shown_on_request(tmp_path: Path) -> None:
    assert '"change"' not in compared(tmp_path, run(), run(), "--slices").output
    assert '"other_pins": {}' in compared(tmp_path, run(), run(), "--json").output


@pytest.mark.parametrize("content", ["", "{}"])
def test_what_is_no_record_is_said(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    told = CliRunner().invoke(command, ["compare", *[str(tmp_path / "a.json")] * 2])

    assert told.exit_code == 1
    assert "not the record of a run" in " ".join(told.stderr.split())
