from eval.reports.markdown import markdown_report
from tests.eval.records import given, outcome, question, record


def test_the_tables_hold_the_figures_and_what_they_mean() -> None:
    told = markdown_report(record([outcome(question("a"), 1, given()), outcome(question("b"), 2)]))

    assert "# tiny: 1 documents, 4 pages, 2 questions" in told
    assert "| all | 2 | maxsim + bm25 | 0.815 |" in told  # (1 + 1 / log2(3)) / 2
    assert "| right | 1.000 | 1.000 to 1.000 | 1 | the answer holds an accepted one |" in told
    assert "| search, ms | 10 | 10 |" in told


def test_without_answers_there_is_no_line_for_their_time() -> None:
    assert "answer, ms" not in markdown_report(record([outcome(question("a"), 1)]))
