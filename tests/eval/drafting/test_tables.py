from answer.layout import read_blocks, read_lines, spell
from eval.drafting.facts import Fact
from eval.drafting.tables import table_facts
from tests.answer.conftest import lay


def facts(*lines: str) -> list[Fact]:
    words = lay(lines).words
    return table_facts(words, read_blocks(read_lines(words)))


def told(*lines: str) -> list[tuple[str, tuple[str, ...], str]]:
    return [(fact.subject, fact.details, fact.answer) for fact in facts(*lines)]


def test_every_cell_is_of_its_row_and_column() -> None:
    found = told(
        "Reservoir        Opened     Capacity",
        "Skerrow          1908       9,420",
        "Low Moss         1896       2,180",
    )
    assert found == [
        ("Skerrow", ("Opened",), "1908"),
        ("Skerrow", ("Capacity",), "9,420"),
        ("Low Moss", ("Opened",), "1896"),
        ("Low Moss", ("Capacity",), "2,180"),
    ]


def test_a_quote_is_the_row_label_and_the_cell() -> None:
    lines = ("Reservoir        Opened     Capacity", "Low Moss         1896       2,180")
    words = lay(lines).words
    assert [spell(words, fact.words) for fact in facts(*lines)] == [
        "Low Moss 1896",
        "Low Moss 2,180",
    ]


def test_years_head_columns() -> None:
    found = told("Measure       2023       2024", "Employees     412        427")
    assert found == [("Employees", ("2023",), "412"), ("Employees", ("2024",), "427")]


def test_lines_of_two_cells_are_labels_and_values() -> None:
    found = told("Invoice number     QL-17", "Net amount         £1,366.00")
    assert found == [("Invoice number", (), "QL-17"), ("Net amount", (), "£1,366.00")]


def test_a_line_that_heads_values_is_no_value() -> None:
    found = told(
        "Occasion          Paid days", "Moving house      1 day", "Own wedding       2 days"
    )
    assert found == [
        ("Moving house", ("Paid days",), "1 day"),
        ("Own wedding", ("Paid days",), "2 days"),
    ]


def test_a_first_line_that_heads_no_figures_is_no_header() -> None:
    lines = ("Old Tannery     dormers     granted", "Quay House      a porch     refused")
    assert facts(*lines) == []


def test_a_cell_under_no_header_leaves_its_row_out() -> None:
    found = told(
        "Reservoir        Opened     Capacity",
        "Skerrow                                  9,420",
        "Low Moss         1896       2,180",
    )
    assert {subject for subject, _, _ in found} == {"Low Moss"}


def test_tick_boxes_and_lone_lines_tell_nothing() -> None:
    assert facts("\u2610 Slip or trip     \u2612 Cold burn", "\u2610 Arm     \u2612 Leg") == []
    assert facts("Net amount         £1,366.00") == []


def test_a_list_of_contents_and_columns_of_a_text_are_no_table() -> None:
    assert facts("Starting a workout     18", "Sleep     20", "Care and cleaning     23") == []
    assert facts("Log files     Operational insight", "Web pages     Better search") == []
    assert facts("Annex one     .....22", "Net amount     7 pounds")[0].answer == "7 pounds"
