"""The fault matrix in the documentation."""

from tests.faults.matrix import PAGE, rows, written


def test_the_matrix_is_the_suites_own() -> None:
    page = PAGE.read_text("utf-8")
    assert written(page) == page, "write it anew: python -m tests.faults.write_matrix"


def test_a_test_of_many_cases_was_tried_that_often() -> None:
    tried = {row.fault: row.n_tries for row in rows()}
    assert tried["a deletion at any moment of a document's ingest"] == 500
    assert len(tried) == len(rows()), "two tests call their faults alike"
