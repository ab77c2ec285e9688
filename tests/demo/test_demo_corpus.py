"""The shipped demo corpus is what its index files say it is."""

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped] # ships no types
import pytest
from PIL import Image

DEMO = Path(__file__).parents[2] / "demo"
MAX_BYTES = 6_000_000
KINDS = {"text", "visual", "unanswerable"}
EVIDENCE = {"text", "table", "chart", "figure", "scan", "form", "none"}


def _lines(name: str) -> list[dict[str, Any]]:
    text = (DEMO / name).read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _qrels() -> list[tuple[str, str, int]]:
    with (DEMO / "qrels.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [(row["query_id"], row["doc"], int(row["page"])) for row in rows]


def _n_pages(path: Path) -> int:
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as document:
            return len(document)
    with Image.open(path) as image:
        return int(getattr(image, "n_frames", 1))


def _page_texts(path: Path) -> list[str]:
    if path.suffix != ".pdf":
        return [""] * _n_pages(path)
    with pypdfium2.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [re.sub(r"\s+", " ", text) for text in texts]


ENTRIES = {entry["doc"]: entry for entry in _lines("corpus.jsonl")}
QUERIES = {query["query_id"]: query for query in _lines("queries.jsonl")}
QRELS = _qrels()


def _gold_texts(query_id: str) -> Iterator[str]:
    for gold_id, doc, page in QRELS:
        if gold_id == query_id:
            yield _page_texts(DEMO / ENTRIES[doc]["file"])[page - 1]


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_every_document_has_the_pages_bytes_and_checksum_it_claims(entry: dict[str, Any]) -> None:
    path = DEMO / entry["file"]
    content = path.read_bytes()
    assert _n_pages(path) == entry["pages"]
    assert len(content) == entry["bytes"]
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_image_only_pages_are_counted_as_they_are(entry: dict[str, Any]) -> None:
    texts = _page_texts(DEMO / entry["file"])
    assert sum(not text.strip() for text in texts) == entry["image_only_pages"]


def test_the_folder_holds_the_listed_documents_and_nothing_else() -> None:
    shipped = {f"corpus/{path.name}" for path in (DEMO / "corpus").iterdir()}
    assert shipped == {entry["file"] for entry in ENTRIES.values()}


def test_the_corpus_is_small_but_not_too_small() -> None:
    assert sum(entry["bytes"] for entry in ENTRIES.values()) <= MAX_BYTES
    assert 45 <= sum(entry["pages"] for entry in ENTRIES.values()) <= 60
    assert len(ENTRIES) >= 8


def test_no_two_pages_carry_the_same_text() -> None:
    texts = [text for entry in ENTRIES.values() for text in _page_texts(DEMO / entry["file"])]
    spoken = [text for text in texts if text.strip()]
    assert len(set(spoken)) == len(spoken)


def test_no_page_of_a_text_document_is_blank() -> None:
    for entry in ENTRIES.values():
        if entry["image_only_pages"] == 0:
            assert min(len(text) for text in _page_texts(DEMO / entry["file"])) > 80


def test_query_ids_and_questions_are_unique() -> None:
    questions = _lines("queries.jsonl")
    assert len(QUERIES) == len(questions)
    assert len({query["query"] for query in questions}) == len(questions)


def test_queries_use_the_known_kinds_and_evidence() -> None:
    assert {query["kind"] for query in QUERIES.values()} == KINDS
    assert {query["evidence"] for query in QUERIES.values()} <= EVIDENCE
    assert {query["lang"] for query in QUERIES.values()} == {"en", "de", "fr"}


def test_every_gold_page_exists_and_belongs_to_a_known_question() -> None:
    for query_id, doc, page in QRELS:
        assert query_id in QUERIES
        assert 1 <= page <= ENTRIES[doc]["pages"]


def test_every_document_is_asked_about() -> None:
    assert {doc for _, doc, _ in QRELS} == set(ENTRIES)


def test_answerable_questions_have_gold_pages_and_answers_and_the_others_have_neither() -> None:
    with_gold = {query_id for query_id, _, _ in QRELS}
    for query_id, query in QUERIES.items():
        is_answerable = query["kind"] != "unanswerable"
        assert (query_id in with_gold) == is_answerable
        assert bool(query["answers"]) == is_answerable


def test_there_are_enough_questions_of_both_sorts() -> None:
    unanswerable = [query for query in QUERIES.values() if query["kind"] == "unanswerable"]
    assert len(unanswerable) == 12
    assert len(QUERIES) - len(unanswerable) >= 60


@pytest.mark.parametrize("query_id", [q for q in QUERIES if QUERIES[q]["kind"] == "text"])
def test_the_answer_of_a_text_question_stands_in_the_text_of_its_gold_page(query_id: str) -> None:
    for text in _gold_texts(query_id):
        assert any(answer in text for answer in QUERIES[query_id]["answers"])


@pytest.mark.parametrize("query_id", [q for q in QUERIES if QUERIES[q]["evidence"] == "scan"])
def test_the_answer_of_a_scan_question_is_in_no_text_layer(query_id: str) -> None:
    for text in _gold_texts(query_id):
        assert not any(answer in text for answer in QUERIES[query_id]["answers"])


def test_image_only_is_said_of_exactly_the_gold_pages_without_text() -> None:
    for query_id, query in QUERIES.items():
        is_silent = [not text.strip() for text in _gold_texts(query_id)]
        assert query["image_only_page"] == (bool(is_silent) and all(is_silent))


def test_every_gold_page_has_a_box_inside_the_page_and_smaller_than_it() -> None:
    boxes = _lines("boxes.jsonl")
    assert {(box["query_id"], box["doc"], box["page"]) for box in boxes} == set(QRELS)
    for record in boxes:
        left, top, right, bottom = record["box"]
        assert 0 <= left < right <= 1
        assert 0 <= top < bottom <= 1
        assert (right - left) * (bottom - top) < 0.7


def test_the_box_of_a_text_answer_encloses_its_words() -> None:
    for record in _lines("boxes.jsonl"):
        query = QUERIES[record["query_id"]]
        if query["kind"] == "text":
            path = DEMO / ENTRIES[record["doc"]]["file"]
            words = _words_inside(path, record["page"], record["box"])
            assert any(answer in words for answer in query["answers"]), record


def _words_inside(path: Path, page_number: int, box: list[float]) -> str:
    with pypdfium2.PdfDocument(path) as document:
        page = document[page_number - 1]
        width, height = page.get_size()
        left, top, right, bottom = box
        text = page.get_textpage().get_text_bounded(
            left=left * width - 1,
            top=(1 - top) * height + 1,
            right=right * width + 1,
            bottom=(1 - bottom) * height - 1,
        )
    return re.sub(r"\s+", " ", text)
