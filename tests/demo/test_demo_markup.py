"""The markup of the demo's content files becomes the flowables it names."""

from pathlib import Path

import pytest
from PIL import Image
from reportlab.platypus import (  # type: ignore[import-untyped] # ships no types
    PageBreak,
    Paragraph,
    SimpleDocTemplate,
    Table,
)

from demo.markup import Setting, inline, read_story
from demo.pages import read_source
from demo.tables import NUMBER
from demo.theme import Look

PAGE = (300.0, 400.0)


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    Image.new("RGB", (40, 20), "black").save(tmp_path / "dot.png")
    look = Look("Helvetica", "Helvetica", "#112233", PAGE)
    return Setting(look, 200, {"dot": tmp_path / "dot.png"})


def test_headings_paragraphs_and_lists_become_paragraphs_of_their_style(setting: Setting) -> None:
    story = read_story("# A\n\n## B\n\n### C\n\nplain\ntext\n\n- one\n- two", setting)
    assert [made.style.name for made in story] == ["title", "h1", "h2", "body", "item", "item"]
    assert story[3].text == "plain text"


def test_numbers_of_a_list_are_kept(setting: Setting) -> None:
    assert [made.bulletText for made in read_story("1. a\n2. b", setting)] == ["1.", "2."]


def test_rows_of_bars_become_a_table_with_a_repeated_header(setting: Setting) -> None:
    (table, _space) = read_story("| a | b |\n| 1 | 2 |", setting)
    assert isinstance(table, Table)
    assert table.repeatRows == 1


def test_plain_holds_for_the_next_table_only(setting: Setting) -> None:
    story = read_story("@plain\n| a | b |\n\n| c | d |\n| 1 | 2 |", setting)
    assert [made.repeatRows for made in story if isinstance(made, Table)] == [0, 1]


def test_numbers_stand_flush_right_and_words_flush_left(setting: Setting) -> None:
    (table, _space) = read_story("| name | count |\n| ash | 1,204 |\n| elm | -3.5 |", setting)
    words, numbers = table._cellvalues[1]  # noqa: SLF001  reportlab gives no public way
    assert (words.style.alignment, numbers.style.alignment) == (0, 2)


@pytest.mark.parametrize("text", ["1,912", "-14.1", "61 %", "55 €", "1.184.000", "\N{EN DASH}"])
def test_numbers_with_units_count_as_numbers(text: str) -> None:
    assert NUMBER.match(text)


@pytest.mark.parametrize("text", ["8 of 11", "9-2304", "R290", "14:25", "2 October 2024"])
def test_dates_and_part_numbers_do_not_count_as_numbers(text: str) -> None:
    assert not NUMBER.match(text)


def test_page_directives_break_the_page(setting: Setting) -> None:
    story = read_story("one\n\n@page\n\ntwo", setting)
    assert [type(made) for made in story] == [Paragraph, PageBreak, Paragraph]


def test_an_unknown_directive_is_refused(setting: Setting) -> None:
    with pytest.raises(KeyError, match="nonsense"):
        read_story("@nonsense", setting)


def test_check_boxes_become_glyphs() -> None:
    assert inline("[x] yes [ ] no").count('<font name="Symbols">') == 2


def test_a_figure_notes_the_page_and_the_box_where_it_was_drawn(
    tmp_path: Path, setting: Setting
) -> None:
    story = read_story("one\n\n@page\n\n@figure dot 0.5 | A dot.", setting)
    document = SimpleDocTemplate(
        str(tmp_path / "out.pdf"), pagesize=PAGE, leftMargin=50, rightMargin=50, invariant=1
    )
    document.build(story)
    spot = setting.spots["dot"]
    left, top, right, bottom = spot.box
    assert spot.page == 2
    # Half of the text width of 200 points is 100; the picture is twice as wide as high.
    assert right - left == pytest.approx(100 / 300)
    assert bottom - top == pytest.approx(50 / 400)
    assert (left + right) / 2 == pytest.approx(0.5)


def test_a_content_file_has_a_head_and_a_body(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("look: letter\ntitle: On: colons\n---\n# Body\n", encoding="utf-8")
    source = read_source(path)
    assert source.name == "letter"
    assert source.head == {"look": "letter", "title": "On: colons"}
    assert source.body == "# Body\n"
