from collections.abc import Callable

import pytest

from answer.asking import take_apart
from answer.layout import spell
from answer.likeness import Likeness
from answer.marks import mark
from answer.passages import read_passages
from index.encoders.lexical import LexicalEncoder
from index.records import PageWords

Lay = Callable[..., PageWords]
LEXICAL = LexicalEncoder()
TABLE = (
    "Parameter       Tests    Limit    Highest value",
    "Lead              612       10             14.2",
    "Iron            1,480      200              236",
)


def marked(question: str, page: PageWords, holding: str) -> str:
    passage = next(p for p in read_passages(page) if holding in spell(page.words, p.words))
    asking = take_apart(question, LEXICAL)
    return spell(page.words, mark(asking, page.words, passage, Likeness(asking, LEXICAL)))


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("How many tests for lead were made?", "612"),
        ("What is the limit of lead?", "10"),
        ("What is the highest value of lead?", "14.2"),
    ],
)
def test_in_a_table_line_the_cell_under_the_asked_header_is_marked(
    lay: Lay, question: str, cell: str
) -> None:
    assert marked(question, lay(TABLE), "Lead") == cell


def test_without_a_header_the_cell_after_the_named_one_is_marked(lay: Lay) -> None:
    page = lay(["E31     Defrost failed     yes", "E32     Fan stuck          no"])

    assert marked("What does error E31 mean?", page, "E31") == "Defrost failed"


def test_a_number_before_the_named_cell_is_passed_over(lay: Lay) -> None:
    page = lay(["7     E31     Defrost failed", "8     E32     Fan stuck"])

    assert marked("What does error E31 mean?", page, "E31") == "Defrost failed"


def test_a_header_that_repeats_the_name_of_the_line_is_no_reason_to_mark_its_cell(
    lay: Lay,
) -> None:
    page = lay(["Group        Visitors fee     Clubs", "Visitors               12        30"])

    assert marked("How many clubs are there for visitors?", page, "12") == "30"


def test_a_cell_before_the_named_one_can_be_marked(lay: Lay) -> None:
    page = lay(["Number      Part", "9-2415      Valve coil", "9-2416      Fan motor"])

    assert marked("What is the number of the valve coil?", page, "coil") == "9-2415"


def test_of_cells_to_tick_the_ticked_one_is_marked(lay: Lay) -> None:
    page = lay(["Part of the body:", "☐ Head     ☐ Eyes     ☒ Left hand     ☐ Foot"])

    assert marked("Which part of the body was hurt?", page, "Head") == "☒ Left hand"


def test_of_labels_that_stand_together_the_value_is_marked(lay: Lay) -> None:
    page = lay(["Date of birth", "", "30 August 1991"])

    assert marked("What is the date of birth?", page, "birth") == "30 August 1991"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many arches has the bridge?", "seven arches"),
        ("How long is the bridge?", "120 metres."),
        ("Who opened the bridge?", "Mayor Ann Hill,"),
        ("When was the bridge opened?", "1931"),
        ("Why was the bridge closed?", "because of rust."),
        ("How much did the bridge cost?", "£900."),
    ],
)
def test_in_a_sentence_what_the_question_asks_for_is_marked(
    lay: Lay, question: str, answer: str
) -> None:
    line = {
        "arches": "The bridge has seven arches and is, end to end, 120 metres.",
        "long": "The bridge has seven arches and is, end to end, long 120 metres.",
        "opened": "The bridge was opened in 1931 by Mayor Ann Hill, who paid for it.",
        "closed": "In all those years the bridge was closed once, because of rust.",
        "cost": "The bridge of 1931 did cost the county £900.",
    }[next(word for word in ("arches", "long", "opened", "closed", "cost") if word in question)]

    assert marked(question, lay([line]), "bridge") == answer


def test_a_comma_parts_a_number_from_the_words_asked_for(lay: Lay) -> None:
    page = lay(["Replaced were the first 171, lost were 51 of the collection."])

    assert marked("How many were lost?", page, "171") == "51"


def test_a_number_that_the_question_brings_is_not_marked(lay: Lay) -> None:
    page = lay(["Of all the 24 plots that were dug in spring, 7 failed."])

    assert marked("How many of the 24 plots failed?", page, "24") == "7 failed."


def test_a_sum_without_a_currency_is_marked_as_a_number(lay: Lay) -> None:
    page = lay(["The toll for a cart is now 9 marks in all seasons."])

    assert marked("How much is the toll?", page, "toll") == "9 marks"


def test_the_clause_that_tells_something_new_is_marked(lay: Lay) -> None:
    page = lay(["Three probes were lost at the bog: two to cattle and one to lightning."])

    assert (
        marked("What happened to the probes lost at the bog?", page, "probes")
        == "two to cattle and one to lightning."
    )


def test_what_has_nothing_of_the_kind_asked_for_is_marked_whole(lay: Lay) -> None:
    line = "The bridge was opened by the mayor of the town."

    assert marked("When was the bridge opened?", lay([line]), "bridge") == line


def test_an_entry_of_a_few_words_is_marked_whole(lay: Lay) -> None:
    assert marked("What is the iodine number?", lay(["Iodine number 1,050."]), "1,050") == (
        "Iodine number 1,050."
    )
