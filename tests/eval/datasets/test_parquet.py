from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]  # ships no types
import pyarrow.parquet as pq  # type: ignore[import-untyped]  # likewise
import pytest

from eval.datasets.base import EvalSet
from eval.datasets.parquet import read_parquet
from index.errors import InvalidRequest
from tests.eval.datasets.parquet_files import write_rows
from tests.eval.pictures import packed, page

Rows = list[dict[str, Any]]

CORPUS: Rows = [
    {"corpus-id": 3, "image": "Dams", "doc-id": "a"},
    {"corpus-id": 4, "image": "Herons", "doc-id": "a"},
    {"corpus-id": 5, "image": "Lakes", "doc-id": "b"},
]
QUERIES: Rows = [
    {"query-id": 1, "query": "How tall?", "language": "english", "answer": "12 m"},
    {"query-id": 2, "query": "Quelle hauteur ?", "language": "french", "answer": None},
    {"query-id": 7, "query": "Nobody judged this", "language": "english", "answer": None},
]
QRELS: Rows = [
    {"query-id": 1, "corpus-id": 3, "score": 2},
    {"query-id": 1, "corpus-id": 5, "score": 1},
    {"query-id": 1, "corpus-id": 4, "score": 0},
    {"query-id": 2, "corpus-id": 3, "score": 1},
    {"query-id": 7, "corpus-id": 4, "score": 0},
]


def put(folder: Path, corpus: Rows = CORPUS, queries: Rows = QUERIES, qrels: Rows = QRELS) -> Path:
    for name, rows in (("corpus", corpus), ("queries", queries), ("qrels", qrels)):
        write_rows(folder / name / "test-00000-of-00001.parquet", rows)
    return folder


def read(folder: Path, language: str | None = None) -> EvalSet:
    return read_parquet(folder, name="esg_v2", work=folder.parent / "work", language=language)


def said(found: EvalSet, pages: list[str]) -> dict[str, str]:
    """Which page each document is, told by what it says."""
    by_bytes = {packed(page(text)): text for text in pages}
    return {path.stem: by_bytes[path.read_bytes()] for path in found.corpus}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "odd [name]"


def test_a_set_in_three_parts_is_read_with_its_grades(folder: Path) -> None:
    found = read(put(folder))
    texts = said(found, ["Dams", "Herons", "Lakes"])
    told = {
        one.id: [(texts[gold.document], gold.page, gold.grade) for gold in one.pages]
        for one in found.questions
    }
    assert told == {"1": [("Dams", 1, 2), ("Lakes", 1, 1)], "2": [("Dams", 1, 1)]}
    assert (found.name, found.judged) == ("esg-v2", "graded")
    assert [one.answers for one in found.questions] == [("12 m",), ()]
    assert found.questions[0].labels == {"language": "english"}


def test_questions_of_one_language_are_chosen(folder: Path) -> None:
    found = read(put(folder), "french")
    assert [one.text for one in found.questions] == ["Quelle hauteur ?"]
    assert found.name == "esg-v2-french"
    assert len(found.corpus) == 3
    with pytest.raises(InvalidRequest, match="no judged question in the language 'latin'"):
        read(folder, "latin")


@pytest.mark.parametrize(
    ("page_id", "question_id", "text"),
    [("corpus_id", "query_id", "query"), ("_id", "_id", "text"), ("id", "id", "text")],
)
def test_columns_may_have_other_names(
    folder: Path, page_id: str, question_id: str, text: str
) -> None:
    corpus = [{page_id: "p", "image": "Dams"}]
    queries = [{question_id: "q", text: "How tall?"}]
    qrels = [{"query_id": "q", "corpus_id": "p", "score": 1.0}]
    (question,) = read(put(folder, corpus, queries, qrels)).questions
    assert (question.id, question.text, len(question.pages)) == ("q", "How tall?", 1)


def test_a_language_that_rows_do_not_tell_is_refused(folder: Path) -> None:
    queries = [{"query-id": 1, "query": "How tall?"}]
    with pytest.raises(InvalidRequest, match="does not say which questions are in 'french'"):
        read(put(folder, queries=queries), "french")


# Corners in pixels of a page of 480 x 320: 48 / 480, 80 / 320 and so on.
def test_boxes_become_fractions_of_the_page(folder: Path) -> None:
    corners = [
        {"annotator": 0, "x1": 48, "y1": 80, "x2": 240, "y2": 160},
        {"annotator": 1, "x1": 500, "y1": 320, "x2": 360, "y2": -8},
        {"annotator": 2, "x1": 10, "y1": 10, "x2": 10, "y2": 90},
    ]
    qrels = [
        {"query-id": 1, "corpus-id": 3, "score": 2, "bounding_boxes": corners},
        {"query-id": 1, "corpus-id": 5, "score": 1, "bounding_boxes": []},
    ]
    (question,) = read(put(folder, qrels=qrels)).questions
    assert {box.document for box in question.boxes} == {question.pages[0].document}
    assert [tuple(box.box) for box in question.boxes] == [(0.1, 0.25, 0.5, 0.5), (0.75, 0, 1, 1)]


def test_pages_that_look_the_same_are_one_document_of_the_best_grade(folder: Path) -> None:
    corpus = [{"corpus-id": n, "image": "Dams"} for n in (3, 4, 5)]
    found = read(put(folder, corpus))
    assert len(found.corpus) == 1
    assert [gold.grade for gold in found.questions[0].pages] == [2]


def test_reading_twice_writes_once_and_gives_the_same_set(folder: Path) -> None:
    first = read(put(folder))
    written = [path.stat().st_mtime_ns for path in first.corpus]
    again = read(folder)
    assert again == first
    assert [path.stat().st_mtime_ns for path in again.corpus] == written


def test_an_id_of_a_row_never_becomes_a_path(folder: Path) -> None:
    corpus = [{"corpus-id": "../../../outside", "image": "Dams"}]
    qrels = [{"query-id": 1, "corpus-id": "../../../outside", "score": 1}]
    (file,) = read(put(folder, corpus, qrels=qrels)).corpus
    assert file.parent == folder.parent / "work" / "esg-v2" / "pages"


def test_a_corpus_of_text_is_refused(folder: Path) -> None:
    corpus = [{"corpus-id": 3, "text": "The dam is tall"}]
    with pytest.raises(InvalidRequest, match="no page images, only the columns corpus-id, text"):
        read(put(folder, corpus))


def test_a_judged_page_that_is_missing_is_named(folder: Path) -> None:
    with pytest.raises(InvalidRequest, match="question 1 is answered by page 5, which is missing"):
        read(put(folder, CORPUS[:2]))


def test_a_missing_column_is_said_with_those_that_are_there(folder: Path) -> None:
    with pytest.raises(InvalidRequest, match="no column score, only query-id, corpus-id"):
        read(put(folder, qrels=[{"query-id": 1, "corpus-id": 3}]))


def test_an_empty_question_is_refused(folder: Path) -> None:
    with pytest.raises(InvalidRequest, match="question 1 is empty"):
        read(put(folder, queries=[{"query-id": 1, "query": " "}]))


def test_a_damaged_file_is_refused(folder: Path) -> None:
    (put(folder) / "qrels" / "test-00000-of-00001.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(InvalidRequest, match="qrels holds no readable parquet"):
        read(folder)


def test_images_may_be_plain_bytes_in_plain_parquet(folder: Path) -> None:
    put(folder)
    plain = pa.table({"corpus-id": [3, 5], "image": [packed(page("Dams")), packed(page("Lakes"))]})
    pq.write_table(plain, folder / "corpus" / "test-00000-of-00001.parquet")
    assert sorted(said(read(folder), ["Dams", "Lakes"]).values()) == ["Dams", "Lakes"]


def test_more_rows_than_are_read_at_once_all_arrive_in_order(folder: Path) -> None:
    n_rows = 40
    corpus = [{"corpus-id": n, "image": f"Page {n}"} for n in range(n_rows)]
    found = read(put(folder, corpus))
    assert list(said(found, [f"Page {n}" for n in range(n_rows)]).values()) == [
        f"Page {n}" for n in range(n_rows)
    ]


ROWS: Rows = [
    {"query": "How tall?", "image": "Dams", "image_filename": "../a.png", "answer": "['12 m']"},
    {"query": None, "image": "Herons", "image_filename": "b.png", "answer": None},
    {"query": "How deep?", "image": "Lakes", "image_filename": "c.png", "answer": "9 m"},
    {"query": "How tall?", "image": "Lakes", "image_filename": "c.png", "answer": "['15 m']"},
]


def test_a_set_of_rows_has_a_document_for_each_page(folder: Path) -> None:
    write_rows(folder / "data" / "test-00000-of-00001.parquet", ROWS)
    found = read(folder)
    assert list(said(found, ["Dams", "Herons", "Lakes"]).values()) == ["Dams", "Herons", "Lakes"]
    assert found.judged == "graded"


def test_a_question_of_several_rows_is_answered_by_each_of_their_pages(folder: Path) -> None:
    write_rows(folder / "data" / "test-00000-of-00001.parquet", ROWS)
    found = read(folder)
    texts = said(found, ["Dams", "Herons", "Lakes"])
    told = {one.text: [texts[gold.document] for gold in one.pages] for one in found.questions}
    assert told == {"How tall?": ["Dams", "Lakes"], "How deep?": ["Lakes"]}
    assert [one.answers for one in found.questions] == [("12 m", "15 m"), ("9 m",)]


def test_one_file_of_rows_is_a_set(folder: Path) -> None:
    write_rows(folder / "any.parquet", [{"question": "How tall?", "image": "Dams"}])
    assert [one.text for one in read(folder / "any.parquet").questions] == ["How tall?"]


def test_rows_of_one_language_are_chosen_and_all_pages_stay(folder: Path) -> None:
    rows = [
        {"query": "How tall?", "image": "Dams", "language": "english"},
        {"query": "Quelle profondeur ?", "image": "Lakes", "language": "french"},
    ]
    write_rows(folder / "test.parquet", rows)
    found = read(folder, "french")
    assert [one.text for one in found.questions] == ["Quelle profondeur ?"]
    assert len(found.corpus) == 2


def test_rows_without_a_question_are_no_set(folder: Path) -> None:
    write_rows(folder / "test.parquet", [{"query": " ", "image": "Dams"}])
    with pytest.raises(InvalidRequest, match="holds no judged question"):
        read(folder)


def test_rows_of_text_are_refused(folder: Path) -> None:
    write_rows(folder / "test.parquet", [{"query": "How tall?", "context": "Tall."}])
    with pytest.raises(InvalidRequest, match="no page images"):
        read(folder)


def test_the_digest_knows_pages_by_content_and_not_by_id(folder: Path, tmp_path: Path) -> None:
    shifted = [{**row, "corpus-id": row["corpus-id"] + 10} for row in CORPUS]
    qrels = [{**row, "corpus-id": row["corpus-id"] + 10} for row in QRELS]
    other = read(put(tmp_path / "other", shifted, qrels=qrels))
    assert other.sha256 == read(put(folder)).sha256
