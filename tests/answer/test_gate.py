from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from answer.answers import EvidencePage
from answer.gate import Gate

MakePage = Callable[..., EvidencePage]
BRIDGE = (
    "The stone bridge of Aldham was opened in 1931 by Mayor Ann Hill.",
    "It has seven arches and is 120 metres long, and the toll is nine marks.",
)


def admit(question: str, pages: Sequence[EvidencePage], *, threshold: float = 0.5) -> list[int]:
    gate = Gate(threshold=threshold)
    return [page.page for page in gate.admit(gate.needs(question), pages)]


@pytest.mark.parametrize(
    "question",
    [
        "How many arches has the bridge of Aldham?",
        "Who opened the bridge in 1931?",
        "What is the bridge made of?",
    ],
)
def test_what_the_document_can_answer_is_let_through(make_page: MakePage, question: str) -> None:
    assert admit(question, [make_page(*BRIDGE)]) == [1]


@pytest.mark.parametrize(
    "question",
    [
        "How many arches has the bridge of Borley?",
        "Who opened the bridge in 1987?",
        "What does E45 mean at the bridge of Aldham?",
        "What is the toll of the bridge AW-12?",
    ],
)
def test_a_name_or_a_number_that_no_document_knows_is_refused(
    make_page: MakePage, question: str
) -> None:
    assert admit(question, [make_page(*BRIDGE)]) == []


def test_two_documents_do_not_make_up_for_each_other(make_page: MakePage) -> None:
    other = make_page("The bridge of Borley is of oak.", name="borley.pdf", page=2)

    assert admit("Was the bridge of Borley opened in 1931?", [make_page(*BRIDGE), other]) == []
    assert admit("Is the bridge of Borley of oak?", [make_page(*BRIDGE), other]) == [2]


def test_what_stands_on_another_page_of_the_document_is_known(make_page: MakePage) -> None:
    page = make_page("The bridge has seven arches, says the report.", name="a.pdf")
    question = "How many arches has the bridge of Aldham?"

    assert admit(question, [page]) == []
    assert admit(question, [replace(page, known=frozenset({"aldham"}))]) == [1]


def test_a_document_is_known_by_the_letters_of_its_name(make_page: MakePage) -> None:
    question = "What were the net sales of Best Mills?"
    line = "The net sales were 900 million marks."

    assert admit(question, [make_page(line, name="bestmills-2016.pdf")]) == [1]
    assert admit(question, [make_page(line, name="scan.pdf")]) == []


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("What does the visitor of Aldhamshire pay?", "A visitor of Aldhamshlre must pay 3."),
        ("What is the pay of the CEO?", "The pay of the Chief Executive Officer is 3."),
        ("Which machine has 16GB of memory?", "This machine has a memory of 16 GB."),
        ("What was felt at 2.8 by the people?", "At 2 8 the people felt a thud."),
        ("Who earns above 75K a year?", "Those who earn above 75,000 in a year."),
        ("Where does line 9 end?", "Line nine does end at the ferry."),
    ],
)
def test_a_name_or_number_is_known_in_another_writing(
    make_page: MakePage, question: str, line: str
) -> None:
    assert admit(question, [make_page(line)]) == [1]


def test_a_short_name_is_not_known_by_one_that_begins_alike(make_page: MakePage) -> None:
    page = make_page("They carried stone to the bridge.")  # its term is carri

    assert admit("How long is the bridge at Carr?", [page]) == []


def test_most_other_words_must_be_known_too(make_page: MakePage) -> None:
    page = make_page(*BRIDGE)

    assert admit("What is the boiling point of molten tungsten?", [page]) == []
    assert admit("How many arches has the grey bridge?", [page]) == [1]


def test_the_threshold_decides_how_many_words_are_enough(make_page: MakePage) -> None:
    question = "How many arches has the grey bridge?"  # arches and bridge of three are known

    assert admit(question, [make_page(*BRIDGE)], threshold=0.66) == [1]
    assert admit(question, [make_page(*BRIDGE)], threshold=0.67) == []


def test_a_document_in_another_language_needs_no_more_than_the_names(make_page: MakePage) -> None:
    page = make_page("Die Brücke von Aldham wurde von der Gemeinde mit neun Bögen gebaut.")

    assert admit("How many arches has the bridge of Aldham?", [page]) == [1]
    assert admit("How many arches has the bridge of Borley?", [page]) == []
    assert admit("How many arches has the long bridge?", [page]) == []


def test_of_a_document_in_another_language_german_nouns_count_as_names_do(
    make_page: MakePage,
) -> None:
    page = make_page("This is the workshop of Kestrel Lane and the table is of granite.")

    assert admit("Wie schwer ist die Platte von Kestrel Lane?", [page]) == [1]
    assert admit("Wie schwer ist die Platte im Rathaus von Kestrel?", [page]) == []


def test_a_document_in_the_language_of_the_question_is_judged_first(make_page: MakePage) -> None:
    german = make_page("Die Stadt Aldham und die Gemeinde an der See.", name="de.pdf", page=1)
    english = make_page("This is the school of Aldham and the county.", name="en.pdf", page=2)

    assert admit("What toll do carts pay at Aldham?", [german]) == [1]
    assert admit("What toll do carts pay at Aldham?", [german, english]) == []


def test_a_description_needs_no_more_than_the_names(make_page: MakePage) -> None:
    page = make_page(*BRIDGE)

    assert admit("watercolour with grey clouds over a bridge", [page]) == [1]
    assert admit("watercolour with grey clouds over Borley", [page]) == []
    assert admit("watercolour with grey clouds", [page]) == []


def test_no_pages_and_blank_pages_are_refused(make_page: MakePage) -> None:
    assert admit("How many arches?", []) == []
    assert admit("How many arches?", [make_page("")]) == []


def test_pages_stay_in_their_order(make_page: MakePage) -> None:
    pages = [make_page(*BRIDGE, page=page) for page in (3, 1, 2)]

    assert admit("How many arches has the bridge?", pages) == [3, 1, 2]


def test_a_question_that_no_page_fits_better_than_any_other_is_refused(
    make_page: MakePage,
) -> None:
    pages = [make_page(*BRIDGE, page=n, relevance=r) for n, r in ((1, 0.0), (2, 0.02))]
    assert admit("What is the bridge made of?", pages) == [1, 2]
    assert admit("What is the bridge made of?", pages[:1]) == []


def test_a_description_needs_no_page_that_fits(make_page: MakePage) -> None:
    page = make_page(*BRIDGE, relevance=0.0)
    assert admit("drawing of a bridge with seven arches", [page]) == [1]


def test_a_page_in_another_language_need_not_fit(make_page: MakePage) -> None:
    page = make_page(*BRIDGE, relevance=0.0)
    assert admit("Wann wurde die Br\u00fccke von Aldham er\u00f6ffnet?", [page]) == [1]
