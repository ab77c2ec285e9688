import pytest

from answer.asking import Asking, take_apart
from index.encoders.lexical import LexicalEncoder


def ask(question: str) -> Asking:
    return take_apart(question, LexicalEncoder())


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What percentage of voters agreed?", "percentage"),
        ("Welcher Prozentsatz der Wähler stimmte zu?", "percentage"),
        ("How many bridges are there?", "number"),
        ("Combien de ponts y a-t-il ?", "number"),
        ("Hoeveel bruggen zijn er?", "number"),
        ("In which year was it opened?", "time"),
        ("Wann wurde sie eröffnet?", "time"),
        ("What is the total amount on the bill?", "money"),
        ("Who opened the bridge?", "name"),
        ("Which quickly built bridge is in China?", "text"),
    ],
)
def test_the_expected_kind_of_answer_follows_from_cue_words(question: str, expected: str) -> None:
    assert ask(question).expected == expected


@pytest.mark.parametrize(
    ("question", "meets", "misses"),
    [
        ("How many visitors came in 2015?", "12,500 visitors came", "in 2015 visitors came"),
        ("What percentage agreed?", "around 12 % agreed", "around 12 agreed"),
        ("When did it open?", "opened on 3 May", "opened late"),
        ("What was the total amount?", "Total € 12,50", "Total of the bill"),
        ("Who opened the Old Bridge?", "Mayor Ann Hill opened it", "the Old Bridge was opened"),
        ("What is it made of?", "stone", ""),
    ],
)
def test_an_answer_brings_something_of_the_kind_that_the_question_did_not(
    question: str, meets: str, misses: str
) -> None:
    asking = ask(question)

    assert asking.is_met_by(meets)
    assert asking.expected == "text" or not asking.is_met_by(misses)


def test_function_words_and_words_about_documents_are_no_terms() -> None:
    terms = {term.text for term in ask("According to the chart, how many bridges are shown?").terms}

    assert terms == {"bridg"}


def test_names_and_numbers_are_specific_and_the_first_word_is_not_for_its_capital() -> None:
    asking = ask("Bridges of Sweden in 1931?")

    assert {t.text: t.is_specific for t in asking.terms} == {
        "bridg": False,
        "sweden": True,
        "1931": True,
    }


def test_a_question_of_function_words_alone_keeps_them() -> None:
    assert ask("who is it").terms


def test_german_capitals_are_no_names() -> None:
    asking = ask("Wie hoch war die Maut auf der Brücke im Jahr 1931?")

    assert {term.text for term in asking.terms if term.is_specific} == {"1931"}


def test_of_two_cues_the_first_says_what_is_asked() -> None:
    asking = take_apart("How many carts came when the bridge opened?", LexicalEncoder())

    assert asking.expected == "number"


@pytest.mark.parametrize("question", ["Why was it shut?", "Warum war es zu?", "Pourquoi ?"])
def test_a_question_for_a_reason_says_so(question: str) -> None:
    assert take_apart(question, LexicalEncoder()).wants_reason


def test_a_word_that_begins_like_a_month_is_no_time() -> None:
    asking = take_apart("When was it sold?", LexicalEncoder())

    assert asking.is_met_by("It was sold in March.")
    assert not asking.is_met_by("The mayor sold it for marks on the market.")
