"""Gold pages and boxes are looked up in the pages as set."""

import json
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # ships no types

from demo.markup import Spot
from demo.questions import Gold, Made, find_phrase, read_golds
from demo.scans import Scan

SIZE = (200.0, 400.0)


@pytest.fixture
def made(tmp_path: Path) -> Made:
    path = tmp_path / "clean.pdf"
    canvas = Canvas(str(path), pagesize=SIZE, invariant=1)
    canvas.setFont("Courier", 10)
    canvas.drawString(20, 300, "the bill was")
    canvas.drawString(20, 280, "388 pounds")
    canvas.showPage()
    canvas.drawString(20, 300, "nothing here but 388")
    canvas.showPage()
    canvas.save()
    return Made("bill", path, {"chart": Spot(2, (0.1, 0.2, 0.3, 0.4))}, None)


def _golds(tmp_path: Path, made: Made, *questions: dict[str, str]) -> list[Gold]:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, questions)), "utf-8")
    return read_golds(path, {made.name: made})


def test_a_phrase_is_found_across_a_line_break(made: Made) -> None:
    assert [spot.page for spot in find_phrase(made, "bill was 388")] == [1]


def test_a_phrase_on_two_pages_gives_two_alternatives(made: Made) -> None:
    assert [spot.page for spot in find_phrase(made, "388")] == [1, 2]


def test_the_box_holds_the_bracketed_part_only(made: Made) -> None:
    (spot,) = find_phrase(made, "was [[388]] pounds")
    left, top, right, bottom = spot.box
    # Courier is 600/1000 em wide: three characters of 10 points take 18 points from x = 20.
    assert left == pytest.approx(20 / 200, abs=0.01)
    assert right == pytest.approx(38 / 200, abs=0.01)
    assert top < 1 - 280 / 400 < bottom
    assert bottom - top < 16 / 400


def test_a_bracket_in_the_middle_finds_the_same_page_as_none(made: Made) -> None:
    bracketed, plain = find_phrase(made, "bill [[was]] 388"), find_phrase(made, "bill was 388")
    assert bracketed[0].page == plain[0].page


def test_a_phrase_of_a_scan_is_turned_with_the_page(made: Made) -> None:
    turned = Made(made.name, made.clean, {}, Scan("pdf", 5.0, 1, {}))
    assert find_phrase(turned, "388")[0].box != find_phrase(made, "388")[0].box


def test_a_phrase_that_is_nowhere_stops_the_build(tmp_path: Path, made: Made) -> None:
    with pytest.raises(LookupError, match="no page says 'moonbeam'"):
        _golds(tmp_path, made, {"q": "Q?", "a": "x", "doc": "bill", "find": "moonbeam"})


def test_kind_follows_from_where_the_answer_stands(tmp_path: Path, made: Made) -> None:
    questions = (
        {"q": "A?", "a": "388", "doc": "bill", "find": "388 pounds"},
        {"q": "B?", "a": "9", "doc": "bill", "figure": "chart"},
        {"q": "C?"},
    )
    golds = _golds(tmp_path, made, *questions)
    assert [gold.query["kind"] for gold in golds] == ["text", "visual", "unanswerable"]
    assert [len(gold.spots) for gold in golds] == [1, 1, 0]


def test_a_stamped_page_is_not_called_image_only(tmp_path: Path, made: Made) -> None:
    scanned = Made(made.name, made.clean, {}, Scan("pdf", 0.5, 1, {1: "RECEIVED"}))
    questions = (
        {"q": "A?", "a": "388", "doc": "bill", "find": "388 pounds"},
        {"q": "B?", "a": "here", "doc": "bill", "find": "nothing here"},
    )
    golds = _golds(tmp_path, scanned, *questions)
    assert [gold.query["image_only_page"] for gold in golds] == [False, True]
    assert [gold.query["kind"] for gold in golds] == ["visual", "visual"]
