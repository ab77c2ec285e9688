import pytest

from eval.drafting.facts import Fact
from eval.drafting.phrases import LANGUAGES, put

KINDS = [
    Fact("field", "Payment due", "17 May", (0,)),
    Fact("cell", "Low Moss", "1896", (0,), ("Opened",)),
    Fact("cell", "Low Moss", "1896", (0,)),
    Fact("cell", "Employees", "427", (0,), ("2024",)),
    Fact("definition", "A peat probe", "a rod", (0,)),
    Fact("figure", "The surface plate", "610 kg", (0,)),
    Fact("date", "The main", "1931", (0,), ("was", "opened")),
    Fact("caption", "Figure 1", "Water by source", (0,)),
]


def test_english_questions_read_as_people_ask() -> None:
    assert [put(fact, "en", "", "Report") for fact in KINDS] == [
        "What is the “Payment due” in “Report”?",
        "What is the “Opened” of “Low Moss” in “Report”?",
        "What is the “Low Moss” in “Report”?",
        "What is the value of “Employees” in 2024 in “Report”?",
        "What is a peat probe according to “Report”?",
        "What figure is given for the surface plate in “Report”?",
        "When was the main opened according to “Report”?",
        "What does Figure 1 show in “Report”?",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("fact", KINDS, ids=lambda fact: fact.kind)
def test_every_language_names_subject_and_document(language: str, fact: Fact) -> None:
    question = put(fact, language, "", "Report")
    assert fact.subject.removeprefix("A ").removeprefix("The ") in question
    assert "Report" in question
    assert question.endswith("?")
    assert "{" not in question


def test_a_subject_of_one_document_alone_needs_no_title() -> None:
    fact = Fact("date", "The Osby trunk main", "1931", (0,), ("was", "opened"))
    assert put(fact, "en", "", None) == "When was the Osby trunk main opened?"


def test_several_things_are_asked_for_as_several() -> None:
    fact = Fact("definition", "Peat probes", "the rods of a row", (0,))
    assert put(fact, "en", "Peat probes are the rods of a row.", None) == "What are Peat probes?"
