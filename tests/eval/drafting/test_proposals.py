import json
from pathlib import Path
from typing import Any

import pytest

from eval.drafting.proposals import (
    Asked,
    Proposal,
    propose,
    read_proposals,
    with_decisions,
    write_proposals,
)
from index.errors import InvalidRequest
from tests.eval.drafting.conftest import document, page


def proposal(name: str = "q1", **changes: Any) -> Proposal:
    plain = {
        "query_id": name,
        "query": "Wie hoch ist der Damm?",
        "answers": ("zwölf Meter",),
        "doc": "dams",
        "page": 1,
        "box": (0.1, 0.2, 0.3, 0.4),
        "quote": "zwölf Meter hoch",
        "evidence": "text",
        "lang": "de",
    }
    return Proposal.model_validate(plain | changes)


def test_a_file_of_proposals_comes_back_as_it_was(tmp_path: Path) -> None:
    some = [proposal("q1"), proposal("q2", status="rejected", evidence="caption")]
    write_proposals(tmp_path / "p.jsonl", some)
    assert read_proposals(tmp_path / "p.jsonl") == some
    line = json.loads((tmp_path / "p.jsonl").read_text().splitlines()[0])
    assert list(line) == [
        "query_id",
        "query",
        "answers",
        "doc",
        "page",
        "box",
        "quote",
        "evidence",
        "lang",
        "status",
    ]
    assert [path.name for path in tmp_path.iterdir()] == ["p.jsonl"]


@pytest.mark.parametrize(
    "change",
    [
        {"status": "maybe"},
        {"answers": []},
        {"answers": [" "]},
        {"page": 0},
        {"box": [0.5, 0, 0.1, 1]},
        {"box": [0, 0, 2, 1]},
        {"query": ""},
        {"evidence": "chart"},
        {"more": 1},
    ],
    ids=str,
)
def test_a_line_that_does_not_fit_is_refused_with_its_number(
    tmp_path: Path, change: dict[str, Any]
) -> None:
    good = json.loads(proposal().model_dump_json())
    lines = [json.dumps(good | {"query_id": "q0"}), json.dumps(good | change)]
    (tmp_path / "p.jsonl").write_text("\n".join(lines))
    with pytest.raises(InvalidRequest, match="line 2 is no proposal"):
        read_proposals(tmp_path / "p.jsonl")


def test_one_id_twice_and_no_file_are_refused(tmp_path: Path) -> None:
    line = proposal().model_dump_json()
    (tmp_path / "p.jsonl").write_text(f"{line}\n\n{line}\n")
    with pytest.raises(InvalidRequest, match="line 3: q1 is there twice"):
        read_proposals(tmp_path / "p.jsonl")
    with pytest.raises(InvalidRequest, match="cannot be read"):
        read_proposals(tmp_path / "absent.jsonl")


def test_decisions_and_wordings_outlive_another_draft() -> None:
    decided = proposal("q1", status="accepted", query="Wie hoch?")
    gone = proposal("q2", status="rejected")
    open_still = proposal("q3", query="Mended?")
    forgotten = proposal("q4")
    drafted = [proposal("q1"), proposal("q3"), proposal("q5")]
    kept = with_decisions(drafted, [decided, gone, open_still, forgotten])
    assert kept == [gone, decided, open_still, proposal("q5")]


def test_an_id_comes_from_what_is_asked_of_which_page() -> None:
    dams, first = document("dams", page("Twelve metres")), page("Twelve metres")
    asked = Asked("How tall?", "Twelve", "Twelve metres", "text")
    one = propose(dams, first, asked, [0])
    assert one.query_id == propose(dams, first, asked, [0, 1]).query_id
    other = Asked("How deep?", "Twelve", "Twelve metres", "text")
    assert one.query_id != propose(dams, first, other, [0]).query_id
    assert one.query_id != propose(dams, page("Twelve", number=2), asked, [0]).query_id
