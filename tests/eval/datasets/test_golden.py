import json
from pathlib import Path

import pytest

from eval.datasets.golden import read_golden
from index.errors import InvalidRequest

DEMO = Path(__file__).parents[3] / "demo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "tiny"
    made.mkdir()
    lines = [
        {"query_id": "q1", "query": "How tall?", "answers": ["12"], "kind": "text", "hard": True},
        {"query_id": "q2", "query": "How deep?", "answers": []},
    ]
    (made / "queries.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n\n")
    (made / "qrels.tsv").write_text("query_id\tdoc\tpage\tscore\nq1\ta\t2\t1\nq1\tb\t1\t1\n")
    return made


def test_a_set_bears_the_name_of_its_folder(folder: Path) -> None:
    golden = read_golden(folder)
    assert golden.name == "tiny"
    assert golden.corpus == (folder / "corpus",)


def test_a_question_knows_its_gold_pages_answers_and_labels(folder: Path) -> None:
    question = read_golden(folder).questions[0]
    assert (question.id, question.text, question.answers) == ("q1", "How tall?", ("12",))
    assert question.pages == (("a", 2, 1), ("b", 1, 1))
    assert question.labels == {"kind": "text", "hard": True}
    assert question.is_answerable


def test_a_question_without_gold_pages_is_unanswerable(folder: Path) -> None:
    assert not read_golden(folder).questions[1].is_answerable


@pytest.mark.parametrize("name", ["queries.jsonl", "qrels.tsv"])
def test_a_missing_file_is_said(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InvalidRequest, match=name):
        read_golden(folder)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("queries.jsonl", "{"),
        ("queries.jsonl", '{"query_id": "q1"}'),
        ("queries.jsonl", '{"query_id": "q1", "query": "?", "answers": null}'),
        ("queries.jsonl", "[]"),
        ("qrels.tsv", "query_id\tdoc\tpage\nq1\ta\tone\n"),
        ("qrels.tsv", "query\tdoc\tpage\nq1\ta\t1\n"),
        ("qrels.tsv", "query_id\tdoc\tpage\nq1\ta\n"),
    ],
)
def test_a_line_that_does_not_fit_is_said(folder: Path, name: str, content: str) -> None:
    (folder / name).write_text(content)
    with pytest.raises(InvalidRequest, match="is not a golden set"):
        read_golden(folder)


def test_the_demo_is_a_golden_set_whose_gold_documents_are_there() -> None:
    golden = read_golden(DEMO)
    stems = {path.stem for path in golden.corpus[0].iterdir()}
    assert {doc for question in golden.questions for doc, _, _ in question.pages} <= stems
    assert any(not question.is_answerable for question in golden.questions)
