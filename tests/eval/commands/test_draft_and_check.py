import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import pagesight
from eval.drafting.proposals import read_proposals
from tests.tiny import pdf

PLATE = "The granite surface plate weighs 610 kg"
FILLER = "\n".join(["and other lines that say nothing much"] * 4)


def run(*args: object) -> Result:
    return CliRunner().invoke(pagesight, ["eval", *(str(arg) for arg in args)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Documents, and `proposals.jsonl` beside them as `draft` wrote it, one line accepted."""
    made = tmp_path_factory.mktemp("draft")
    (made / "mine").mkdir()
    (made / "mine" / "handbook.pdf").write_bytes(pdf(f"{PLATE}.\n{FILLER}", "Vote: 26 June 2024"))
    (made / "mine" / "notes.txt").write_text("no document, and left alone")
    done = run("draft", made / "mine", "--data", made / "data")
    assert done.exit_code == 0, done.output
    assert "1 questions from 1 documents (1 text)" in done.output
    path = made / "mine" / "proposals.jsonl"
    path.write_text(path.read_text().replace('"proposed"', '"accepted"'))
    return made


def test_a_draft_is_a_line_for_each_question(folder: Path) -> None:
    (found,) = read_proposals(folder / "mine" / "proposals.jsonl")
    assert found.query == "What figure is given for the granite surface plate in “handbook”?"
    assert (found.answers, found.doc, found.page) == (("610 kg",), "handbook", 1)


def test_drafting_again_keeps_what_was_decided(folder: Path) -> None:
    done = run("draft", folder / "mine", "--data", folder / "data")
    assert done.exit_code == 0, done.output
    assert [one.status for one in read_proposals(folder / "mine" / "proposals.jsonl")] == [
        "accepted"
    ]


def test_an_accepted_set_passes_its_check_and_a_planted_fault_does_not(folder: Path) -> None:
    into = folder / "set"
    done = run("accept", folder / "mine" / "proposals.jsonl", "--into", into)
    assert done.exit_code == 0, done.output
    checked = run("check", into, "--data", folder / "data", "--json")
    assert (checked.exit_code, json.loads(checked.stdout)) == (0, {"findings": []})

    questions = (into / "queries.jsonl").read_text()
    (into / "queries.jsonl").write_text(questions.replace("610 kg", "640 kg"))
    checked = run("check", into, "--data", folder / "data", "--json")
    assert checked.exit_code == 3
    (one,) = json.loads(checked.stdout)["findings"]
    assert (one["kind"], one["doc"], one["page"]) == ("answer_absent", "handbook", 1)
    shown = run("check", into, "--data", folder / "data")
    assert shown.exit_code == 3
    assert "expected one of: 640 kg" in shown.output
    assert "1 questions, 1 findings about 1 of them" in shown.output


def test_a_folder_without_documents_is_said(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    done = run("draft", tmp_path / "mine", "--data", tmp_path / "data")
    assert done.exit_code == 1
    assert "no PDF and no image" in " ".join(done.output.split())


def test_nothing_accepted_is_said(tmp_path: Path) -> None:
    (tmp_path / "p.jsonl").write_text("")
    done = run("accept", tmp_path / "p.jsonl", "--into", tmp_path / "set")
    assert done.exit_code == 1
    assert "no proposal is accepted" in " ".join(done.output.split())
