from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.encoders.visual.checkpoint import Source
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.proof import (
    Record,
    check_preference,
    check_recorded,
    check_rows,
    load_probe,
)
from index.errors import ModelRejected
from index.records import Float32, Question
from tests.conftest import unit_rows
from tests.index.encoders.visual.plants import altered, replaced

RECORD = Record("owner/model@1", "patch", "float32")


def question(vectors: Float32) -> Question:
    weights = np.ones(len(vectors), np.float32)
    return Question("?", vectors, weights, ("x",) * len(vectors))


def test_the_probe_page_has_words_where_there_is_ink() -> None:
    probe = load_probe()
    height, width, _ = probe.page.image.shape
    assert {"Revenue", "North", "48"} <= {word.text for word in probe.page.words.words}
    for word in probe.page.words.words:
        left, top, right, bottom = (np.array(word.box) * (width, height, width, height)).tolist()
        assert probe.page.image[int(top) : int(bottom) + 1, int(left) : int(right) + 1].min() < 128


def test_the_right_question_must_win_by_a_margin() -> None:
    page = unit_rows(20, dim=8)
    right, wrong = question(page.vectors[:5]), question(unit_rows(3, dim=8, seed=1).vectors)
    check_preference("model", page, right, wrong)
    with pytest.raises(ModelRejected, match=r"fails the probe: .* scores 1\.0000, the other"):
        check_preference("model", page, right, right)
    with pytest.raises(ModelRejected, match="fails the probe"):
        check_preference("model", page, wrong, right)


def test_a_longer_question_is_not_preferred_for_its_length() -> None:
    page = unit_rows(20, dim=8)
    longer = question(unit_rows(60, dim=8, seed=1).vectors)
    check_preference("model", page, question(page.vectors[:2]), longer)


@pytest.mark.colpali
def test_a_model_that_sees_no_difference_is_refused(
    checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    blind = replaced("custom_text_proj.weight", lambda tensor: tensor * 0)
    folder = altered(checkpoint("qwen2_vl"), tmp_path / "blind", blind)
    VisualEncoder.open(Source(str(folder)), probe=False)
    with pytest.raises(ModelRejected, match="fails the probe"):
        VisualEncoder.open(Source(str(folder)))


@pytest.mark.colpali
def test_a_model_is_recorded_once_and_then_compared(
    checkpoint: Callable[[str], Path], tmp_path: Path
) -> None:
    source = Source(str(checkpoint("qwen2_vl")))
    for _ in range(2):
        VisualEncoder.open(source, probe=False, records=tmp_path)
    assert len(list(tmp_path.iterdir())) == 1


def test_rows_are_returned_at_unit_length() -> None:
    vectors = unit_rows(4, dim=8).vectors
    assert check_rows("model", vectors * np.float32(1.004), 8) == pytest.approx(vectors, abs=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0])
def test_rows_without_a_direction_are_refused(bad: float) -> None:
    vectors = unit_rows(4, dim=8).vectors
    vectors[2] = bad
    with pytest.raises(ModelRejected, match="not finite: 1 of 4"):
        check_rows("model", vectors, 8)


def test_rows_of_another_length_are_refused() -> None:
    with pytest.raises(ModelRejected, match="rows of 8 values, not 128"):
        check_rows("model", unit_rows(4, dim=8).vectors, 128)


def test_rows_may_drift_a_little_but_not_more(tmp_path: Path) -> None:
    vectors = unit_rows(50, dim=8).vectors
    check_recorded(RECORD, tmp_path / "records", vectors)
    check_recorded(RECORD, tmp_path / "records", _drifted(vectors, cosine=0.992))
    with pytest.raises(ModelRejected, match=r"least cosine 0\.98"):
        check_recorded(RECORD, tmp_path / "records", _drifted(vectors, cosine=0.985))


def test_another_number_of_rows_is_refused(tmp_path: Path) -> None:
    vectors = unit_rows(50, dim=8).vectors
    check_recorded(RECORD, tmp_path, vectors)
    with pytest.raises(ModelRejected, match=r"shapes \(49, 8\) and \(50, 8\)"):
        check_recorded(RECORD, tmp_path, vectors[:-1])


def test_each_model_and_form_has_its_own_record(tmp_path: Path) -> None:
    records = [RECORD, Record("owner/model@2", "patch", "float32"), RECORD]
    records += [Record("owner/model@1", "text", "float32"), Record("owner/model@1", "patch", "x")]
    assert len({record.file(tmp_path) for record in records}) == 4


def test_a_damaged_record_is_refused_with_what_to_do(tmp_path: Path) -> None:
    check_recorded(RECORD, tmp_path, unit_rows(3).vectors)
    RECORD.file(tmp_path).write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(ModelRejected, match=r"cannot be read .*; delete it"):
        check_recorded(RECORD, tmp_path, unit_rows(3).vectors)


def _drifted(vectors: Float32, *, cosine: float) -> Float32:
    """Turn each row by the same angle, in the plane of its first two directions."""
    across = unit_rows(*vectors.shape, seed=9).vectors
    across -= (across * vectors).sum(axis=1, keepdims=True) * vectors
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return np.asarray(cosine * vectors + (1 - cosine**2) ** 0.5 * across, np.float32)
