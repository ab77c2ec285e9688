from collections.abc import Sequence
from dataclasses import replace

import pytest

from eval.checking.checking import check
from eval.checking.corpus import Corpus, PageName
from eval.checking.findings import Finding
from eval.datasets.base import EvalQuestion, EvalSet, GoldPage
from tests.eval.checking.conftest import corpus, details

DAM = "The Osby dam is twelve metres tall, says the council in its report of the year."
BESIDE = (
    "Many herons nest on the island in the lake, and the council counts them every single spring."
)
PAGES = corpus(dams=[[DAM, "", BESIDE], ["Nothing of it here.", "", BESIDE]], notes=[[BESIDE]])
ASKED = "How tall is the Osby dam?"


def question(
    name: str = "q1",
    text: str = ASKED,
    *pages: tuple[str, int],
    answers: Sequence[str] = ("twelve metres",),
    **labels: str | bool,
) -> EvalQuestion:
    gold = tuple(GoldPage(document, page) for document, page in pages)
    return EvalQuestion(name, text, gold, tuple(answers), labels=labels)


def found(
    questions: Sequence[EvalQuestion], pages: Corpus = PAGES
) -> list[tuple[str, str, str, int]]:
    def search(_text: str) -> list[PageName]:
        return list(pages.pages)

    golden = EvalSet("tiny", (), tuple(questions), "alternatives", "0")
    findings = check(golden, pages, search, language="en")
    return [(one.kind, one.query_id, one.doc, one.page) for one in findings]


def test_a_clean_set_has_no_findings() -> None:
    clean = [
        question("q1", ASKED, ("dams", 1)),
        question(
            "q2",
            "Where do herons nest?",
            ("dams", 1),
            ("dams", 2),
            ("notes", 1),
            answers=["island"],
        ),
        question("q3", "How tall is the Fennimore tower?", answers=[]),
    ]
    assert found(clean) == []


def test_another_page_that_answers_too_is_found() -> None:
    pages = corpus(
        dams=[[DAM, "", BESIDE]], review=[["Reviewed.", "", DAM.replace("report", "review")]]
    )
    assert found([question("q1", ASKED, ("dams", 1))], pages) == [("other_page", "q1", "review", 1)]
    assert found([question("q1", ASKED, ("dams", 1), ("review", 1))], pages) == []


def test_a_page_that_holds_the_answer_to_something_else_is_no_finding() -> None:
    pages = corpus(
        dams=[[DAM, "", BESIDE]], fence=[["A fence of twelve metres was mended in May."]]
    )
    assert found([question("q1", ASKED, ("dams", 1))], pages) == []


@pytest.mark.parametrize(("answer", "n_found"), [("twelve metres", 1), ("a picture of herons", 1)])
def test_a_scan_of_the_gold_page_is_found(answer: str, n_found: int) -> None:
    pages = corpus(dams=[[DAM, BESIDE]], scan=[[DAM, BESIDE.replace("lake", "lakc")]])
    asked = question("q1", "What is to be seen?", ("dams", 1), answers=[answer], kind="visual")
    assert found([asked], pages) == [("other_page", "q1", "scan", 1)] * n_found


def test_a_twin_without_the_answer_is_no_finding() -> None:
    pages = corpus(dams=[[DAM, BESIDE]], form=[[DAM.replace("twelve", "nine"), BESIDE]])
    assert found([question("q1", ASKED, ("dams", 1))], pages) == []


def test_a_question_that_should_have_no_answer_and_has_one_is_found() -> None:
    pages = corpus(dams=[["The Osby dam is 12 metres tall."]])
    asked = question("q1", "How many metres tall is the Osby dam?", answers=[])
    assert found([asked], pages) == [("answerable", "q1", "dams", 1)]
    near = question("q1", "How many metres wide is the Osby dam?", answers=[])
    assert found([near], pages) == []


def test_a_page_that_is_not_there_is_found() -> None:
    asked = [question("q1", "Why?", ("dams", 3)), question("q2", "Where?", ("absent", 1))]
    assert found(asked) == [("page_missing", "q1", "dams", 3), ("page_missing", "q2", "absent", 1)]


def test_a_page_or_document_that_failed_is_told_with_its_cause() -> None:
    documents = {
        "torn": details("torn", 2, failed_page=2),
        "broken": details("broken", 0, failed="no engine opens it"),
        "short": details("short", 2),
    }
    pages = replace(PAGES, documents=documents)
    assert pages.why_missing(("torn", 2)) == "the page failed: torn"
    assert pages.why_missing(("broken", 1)) == "the document failed: no engine opens it"
    assert pages.why_missing(("short", 3)) == "the document has 2 pages"
    assert pages.why_missing(("absent", 1)) == "the corpus has no such document"
    assert PAGES.why_missing(("dams", 1)) is None


def test_a_gold_page_without_its_answer_is_found() -> None:
    asked = question("q1", ASKED, ("dams", 1), answers=["13 metres"])
    assert found([asked]) == [("answer_absent", "q1", "dams", 1)]


@pytest.mark.parametrize("label", [{"kind": "visual"}, {"image_only_page": True}])
def test_an_answer_in_pixels_is_not_looked_for_in_words(label: dict[str, str | bool]) -> None:
    assert found([question("q1", ASKED, ("dams", 1), answers=["13 metres"], **label)]) == []


def test_a_page_of_few_words_is_not_asked_for_its_answer() -> None:
    pages = corpus(dams=[["Only a chart"]])
    assert found([question("q1", ASKED, ("dams", 1))], pages) == []


def test_one_question_twice_is_found() -> None:
    asked = [
        question("q1", ASKED, ("dams", 1)),
        question("q2", "how tall is the  Osby Dam", ("dams", 1)),
    ]
    assert found(asked) == [("asked_twice", "q2", "", 0)]
    assert found([asked[0], asked[0]]) == [("asked_twice", "q1", "", 0)]


@pytest.mark.parametrize("answers", [[], [" "]])
def test_an_answerable_question_without_answers_is_found(answers: list[str]) -> None:
    asked = question("q1", ASKED, ("dams", 1), answers=answers)
    assert ("no_answer", "q1", "", 0) in found([asked])


def test_a_finding_quotes_what_was_seen() -> None:
    pages = corpus(dams=[["The Osby dam is 12 metres tall."]])
    asked = question("q1", "How many metres tall is the Osby dam?", answers=[])
    golden = EvalSet("tiny", (), (asked,), "alternatives", "0")
    (one,) = check(golden, pages, lambda _: [("dams", 1)], language="en")
    assert one == Finding("answerable", "q1", "dams", 1, "it says: The Osby dam is 12 metres tall.")
