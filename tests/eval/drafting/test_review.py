import json
from pathlib import Path

import pytest

from eval.datasets.base import GoldPage
from eval.datasets.golden import read_golden
from eval.drafting.proposals import Proposal
from eval.drafting.review import accept
from index.errors import InvalidRequest
from tests.eval.drafting.test_proposals import proposal

YES = "accepted"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "dams.pdf").write_bytes(b"dams")
    (folder / "lakes.png").write_bytes(b"lakes")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_accepted_questions_are_a_golden_set_with_their_documents(
    documents: Path, tmp_path: Path
) -> None:
    some = [
        proposal("q1", status=YES),
        proposal("q2", status="rejected", doc="lakes"),
        proposal("q3"),
    ]
    assert accept(some, documents, tmp_path / "set") == 1
    (question,) = read_golden(tmp_path / "set").questions
    assert (question.id, question.text) == ("q1", "Wie hoch ist der Damm?")
    assert question.answers == ("zwölf Meter",)
    assert question.pages == (GoldPage("dams", 1),)
    assert question.boxes[0].box == (0.1, 0.2, 0.3, 0.4)
    assert question.labels == {"lang": "de", "kind": "text", "evidence": "text"}
    assert [p.name for p in (tmp_path / "set" / "corpus").iterdir()] == ["dams.pdf"]


def test_accepting_twice_equals_once(documents: Path, tmp_path: Path) -> None:
    some = [proposal("q1", status=YES), proposal("q2", status=YES, doc="lakes")]
    accept(some, documents, tmp_path / "set")
    once = contents(tmp_path / "set")
    accept(some, documents, tmp_path / "set")
    assert contents(tmp_path / "set") == once


def test_a_set_that_is_there_keeps_its_lines_and_gets_new_wordings(
    documents: Path, tmp_path: Path
) -> None:
    into = tmp_path / "set"
    into.mkdir()
    old = [
        {"query_id": "own", "query": "Mine?", "answers": ["yes"], "hard": True},
        {"query_id": "q1", "query": "Old wording?", "answers": ["twelve"]},
    ]
    (into / "queries.jsonl").write_text("\n".join(map(json.dumps, old)) + "\n")
    (into / "qrels.tsv").write_text("query_id\tdoc\tpage\nown\tdams\t3\nq1\tlakes\t9\n")
    accept([proposal("q1", status=YES), proposal("q2", status=YES)], documents, into)
    found = {one.id: one for one in read_golden(into).questions}
    assert list(found) == ["own", "q1", "q2"]
    assert (found["own"].text, found["own"].labels) == ("Mine?", {"hard": True})
    assert found["q1"].text == "Wie hoch ist der Damm?"
    assert found["q1"].pages == (GoldPage("lakes", 9), GoldPage("dams", 1))


@pytest.mark.parametrize(
    ("some", "told"),
    [
        ([proposal("q1")], "no proposal is accepted"),
        ([proposal("q1", status=YES, doc="absent")], "'absent' in .*, found 0"),
    ],
)
def test_what_cannot_be_accepted_is_refused_before_anything_is_written(
    documents: Path, tmp_path: Path, some: list[Proposal], told: str
) -> None:
    with pytest.raises(InvalidRequest, match=told):
        accept(some, documents, tmp_path / "set")
    assert not (tmp_path / "set").exists()


def test_two_documents_of_one_name_are_refused(documents: Path, tmp_path: Path) -> None:
    (documents / "dams.tiff").write_bytes(b"scan")
    with pytest.raises(InvalidRequest, match="found 2"):
        accept([proposal("q1", status=YES)], documents, tmp_path / "set")


def test_a_folder_that_is_no_golden_set_is_left_alone(documents: Path, tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "queries.jsonl").write_text("{")
    with pytest.raises(InvalidRequest, match="is not a golden set"):
        accept([proposal("q1", status=YES)], documents, tmp_path / "set")
    assert contents(tmp_path / "set") == {"queries.jsonl": b"{"}


def test_a_set_inside_the_documents_folder_takes_no_copy_for_a_second_document(
    documents: Path,
) -> None:
    into = documents / "set"
    accept([proposal("q1", status=YES)], documents, into)
    accept([proposal("q1", status=YES), proposal("q2", status=YES)], documents, into)
    assert [p.name for p in (into / "corpus").iterdir()] == ["dams.pdf"]
