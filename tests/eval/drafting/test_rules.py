from eval.drafting.rules import draft, is_unmistakable
from tests.eval.drafting.conftest import document, page

PLATE = "The granite surface plate weighs 610 kg and is moved by the makers only."
MAIN = "The Osby Trunk Main was opened in 1931 by the mayor."


def test_a_question_names_its_document_and_knows_where_its_answer_stands() -> None:
    (found,) = draft([document("handbook", page(PLATE))], per_document=10, seed=0)
    assert found.query == "What figure is given for the granite surface plate in “handbook”?"
    assert (found.answers, found.doc, found.page) == (("610 kg",), "handbook", 1)
    assert found.quote == PLATE
    # `610 kg` are the characters 33 to 39 of the line, 0.01 of the page each, from 0.1 on
    assert found.box == (0.43, 0.1, 0.49, 0.11)
    assert (found.evidence, found.lang, found.status) == ("text", "en", "proposed")


def test_a_name_that_stands_in_no_other_document_needs_no_title() -> None:
    alone = document("report", page(MAIN))
    (found,) = draft([alone, document("notes", page("Nothing."))], per_document=5, seed=0)
    assert found.query == "When was the Osby Trunk Main opened?"


def test_a_name_that_stands_in_two_documents_is_told_by_title() -> None:
    documents = [
        document("report", page(MAIN)),
        document("notes", page("The Osby Trunk Main broke.")),
    ]
    (found,) = draft(documents, per_document=5, seed=0)
    assert found.query == "When was the Osby Trunk Main opened according to “report”?"


def test_a_german_capital_makes_no_name() -> None:
    texts = {"a": "der stadtische zuschuss"}
    assert not is_unmistakable("Der städtische Zuschuss", "de", "a", texts)
    assert is_unmistakable("The Osby Trunk Main", "en", "a", texts)


def test_one_question_with_two_answers_is_not_proposed() -> None:
    other = PLATE.replace("610", "640")
    assert (
        draft([document("handbook", page(PLATE), page(other, number=2))], per_document=5, seed=0)
        == []
    )


def test_no_document_gets_more_than_it_may() -> None:
    lines = ["Reservoir     Opened", *(f"Lake number {n}     19{n}0" for n in "123456789")]
    found = draft(
        [document("a", page(*lines)), document("b", page(*lines))], per_document=4, seed=0
    )
    assert [one.doc for one in found] == ["a"] * 4 + ["b"] * 4
    assert len({one.query for one in found}) == 8


def test_what_the_question_already_says_is_not_asked() -> None:
    lines = ["Osby report: Osby report 12", "Net amount: 12"]
    found = draft(
        [document("report-12", page(*lines), title="Osby report 12")], per_document=5, seed=0
    )
    assert found == []


def test_questions_are_in_the_language_of_their_document() -> None:
    german = document(
        "bericht", page("Der städtische Zuschuss betrug 1.184.000 Euro."), language="de"
    )
    (found,) = draft([german], per_document=5, seed=0)
    assert found.query == "Welche Zahl wird für „Der städtische Zuschuss“ genannt in „bericht“?"
    assert found.lang == "de"
