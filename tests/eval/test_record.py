from pathlib import Path

import pytest

from eval.record import RunRecord
from index.errors import InvalidRequest
from tests.eval.records import LINE, given, outcome, question, record


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    made = record([outcome(question("a", boxes=[LINE], hard=True), 1, given(box=LINE))])
    made.write(tmp_path / "run.json")

    assert RunRecord.read(tmp_path / "run.json") == made


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"data_set": "x"}'])
def test_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(InvalidRequest, match="not the record of a run"):
        RunRecord.read(tmp_path / "run.json")


def test_a_missing_record_is_said(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="No such file"):
        RunRecord.read(tmp_path / "run.json")


def test_a_record_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    record([]).write(path)
    path.write_text(path.read_text().replace('"format":1', '"format":2'))

    with pytest.raises(InvalidRequest, match="format 2, this version reads 1"):
        RunRecord.read(path)
