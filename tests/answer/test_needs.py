import pytest

from answer.needs import Need, Needs, read_needs
from index.encoders.lexical import LexicalEncoder


def read(question: str) -> Needs:
    return read_needs(question, LexicalEncoder())


def kinds(question: str) -> dict[str, str]:
    return {need.text: need.kind for need in read(question).all}


def need(question: str, text: str) -> Need:
    return next(one for one in read(question).all if one.text == text)


def test_capitals_are_names_digits_are_numbers_and_function_words_are_no_needs() -> None:
    assert kinds("What did the bridge at Borley cost in 1931?") == {
        "bridge": "word",
        "Borley": "name",
        "cost": "word",
        "1931": "number",
    }


@pytest.mark.parametrize(
    ("question", "text", "kind"),
    [
        ("Bridges of Sweden?", "Bridges", "word"),
        ("It rains. Bridges of Sweden?", "Bridges", "word"),
        ("iPads of Sweden?", "iPads", "name"),
        ("Where does EBITDA stand?", "EBITDA", "name"),
        ("What opened in May?", "May", "word"),
        ("What did the French shop cost?", "French", "word"),
        ("What were sales in Q1?", "Q1", "word"),
        ("Wie hoch war die Maut auf der Brücke?", "Maut", "word"),
        ("What Is The Toll Of Borley?", "Borley", "word"),
    ],
)
def test_capitals_that_tell_no_name_are_known(question: str, text: str, kind: str) -> None:
    assert kinds(question)[text] == kind


def test_words_about_documents_are_no_needs() -> None:
    assert kinds("According to the chart, how many bridges are shown?") == {"bridges": "word"}


@pytest.mark.parametrize(
    ("question", "text", "forms"),
    [
        ("Who earns above $75K?", "75K", ("75k", "75000", "75")),
        ("What of the 5th edition?", "5th", ("5th", "5", "fifth")),
        ("What of the 1990s?", "1990s", ("1990s", "1990")),
        ("Where does line 9 end?", "9", ("9", "nine")),
        ("What does E45 mean?", "E45", ("e45",)),
        ("How loud is the AW-12?", "AW-12", ("aw12",)),
        ("What is on QL-2024-0417?", "QL-2024-0417", ("ql20240417",)),
    ],
)
def test_a_number_has_the_forms_that_pages_may_write(
    question: str, text: str, forms: tuple[str, ...]
) -> None:
    assert need(question, text).forms == forms


def test_a_number_and_its_unit_may_stand_apart() -> None:
    assert need("Which has 16GB?", "16GB").pieces == ("16", "gb")


def test_a_winter_over_two_years_is_known_by_the_first() -> None:
    assert set(kinds("How much snow fell in 1962-63?")) == {"much", "snow", "fell", "1962"} - {
        "much"
    }


def test_a_code_in_a_name_of_several_parts_is_one_need() -> None:
    assert set(kinds("How loud is the Brannock AW-12?")) == {"loud", "Brannock", "AW-12"}


def test_a_run_of_a_script_without_spaces_is_several_needs() -> None:
    assert [one.forms for one in read("橋の長さ").all] == [("橋の",), ("の長",), ("長さ",)]


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("How long is the bridge", True),
        ("In which year was it opened", True),
        ("List the bridges of the county", True),
        ("Bridge of Aldham, length?", True),
        ("다리는 언제 열렸나요?", True),
        ("drawing of a bridge with seven arches", False),
        ("toll of the bridge", False),
    ],
)
def test_a_description_is_told_from_a_question(text: str, *, asks: bool) -> None:
    assert read(text).asks == asks


def test_the_language_of_the_question_is_told_by_its_function_words() -> None:
    assert read("Wie hoch war die Maut?").language == "de"
    assert read("Borley toll 1931?").language is None


def test_every_form_is_listed_once() -> None:
    assert read("Is the bridge of Borley the bridge of 9 arches?").forms == {
        "bridg",
        "borley",
        "9",
        "nine",
        "arch",
    }
