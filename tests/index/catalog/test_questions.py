from uuid import UUID, uuid4

import pytest

from index.catalog.catalog import Catalog
from index.catalog.database import Database
from index.catalog.questions import GoldenPage, GoldenQuestion, GoldenQuestions
from index.errors import CollectionNotFound, InvalidRequest, QuestionExists, QuestionNotFound
from tests.index.catalog.test_catalog import OTHER, Desk
from tests.index.test_manifest import manifest


@pytest.fixture
def desk(database: Database) -> Desk:
    return Desk(database)


@pytest.fixture
def golden(database: Database) -> GoldenQuestions:
    return GoldenQuestions(database.engine)


def asked(name: str, document: UUID, *more: UUID, text: str = "How tall?") -> GoldenQuestion:
    pages = tuple(GoldenPage(one, 1, 2) for one in (document, *more))
    return GoldenQuestion(name, text, ("12 m", "12"), pages, ("height",))


def ids(golden: GoldenQuestions, after: str | None = None) -> list[str]:
    return [one.id for one in golden.questions("c", after=after)]


def test_a_question_comes_back_as_it_was_added(desk: Desk, golden: GoldenQuestions) -> None:
    document = desk.ready().document
    golden.add("c", asked("q", document))

    (found,) = golden.questions("c")
    assert found == golden.question("c", "q")
    assert (found.text, found.answers, found.tags) == ("How tall?", ("12 m", "12"), ("height",))
    assert found.pages == (GoldenPage(document, 1, 2, "report.pdf"),)
    assert (found.is_answerable, found.is_stale) == (True, False)


def test_questions_are_listed_in_the_order_of_their_adding(
    golden: GoldenQuestions, desk: Desk
) -> None:
    for name in ("z", "a", "m"):
        golden.add("c", GoldenQuestion(name, "Why?"))
    golden.replace("c", GoldenQuestion("z", "Why not?"))

    assert ids(golden) == ["z", "a", "m"]
    assert ids(golden, after="z") == ["a", "m"]
    assert len(golden.questions("c", limit=2)) == 2
    assert golden.question("c", "z").text == "Why not?"
    assert desk.catalog.documents("c") == []


def test_a_question_whose_document_is_deleted_stays_and_is_stale(
    desk: Desk, golden: GoldenQuestions
) -> None:
    kept, gone = desk.ready().document, desk.ready(OTHER).document
    golden.add("c", asked("q", kept, gone))
    desk.catalog.delete_document("c", gone)

    found = golden.question("c", "q")
    assert found.is_stale
    assert found.is_answerable
    assert [page.name for page in found.pages] == ["report.pdf", None]


def test_a_page_must_be_one_of_the_collection(desk: Desk, golden: GoldenQuestions) -> None:
    document = desk.ready().document
    beyond = GoldenQuestion("q", "Why?", pages=(GoldenPage(document, 2),))

    with pytest.raises(InvalidRequest, match="has no page 2: it has 1"):
        golden.add("c", beyond)
    with pytest.raises(InvalidRequest, match="has no document"):
        golden.put("c", [asked("q", document), asked("r", uuid4())])
    assert ids(golden) == []
    golden.add("c", asked("q", document))
    with pytest.raises(InvalidRequest, match="has no page 2"):
        golden.replace("c", beyond)


def test_putting_twice_equals_putting_once_and_the_later_wording_counts(
    desk: Desk, golden: GoldenQuestions
) -> None:
    document = desk.ready().document
    golden.put("c", [asked("q", document), asked("r", document)])
    golden.put("c", [asked("q", document, text="How high?"), asked("s", document)])

    assert ids(golden) == ["q", "r", "s"]
    assert golden.question("c", "q").text == "How high?"


def test_another_collections_question_is_not_found(desk: Desk, golden: GoldenQuestions) -> None:
    desk.catalog.create_collection("d", manifest())
    golden.add("c", GoldenQuestion("q", "Why?"))

    with pytest.raises(QuestionNotFound):
        golden.question("d", "q")
    with pytest.raises(QuestionNotFound):
        golden.replace("d", GoldenQuestion("q", "Why?"))
    with pytest.raises(QuestionNotFound):
        golden.delete("d", "q")
    golden.add("d", GoldenQuestion("q", "Why there?"))
    golden.delete("c", "q")
    assert golden.question("d", "q").text == "Why there?"


def test_an_id_is_taken_once(desk: Desk, golden: GoldenQuestions) -> None:
    golden.add("c", GoldenQuestion("q", "Why?"))
    with pytest.raises(QuestionExists, match="'q' is there"):
        golden.add("c", GoldenQuestion("q", "Why not?"))
    assert desk.catalog.documents("c") == []


def test_questions_end_with_their_collection(database: Database, desk: Desk) -> None:
    golden = GoldenQuestions(database.engine)
    golden.add("c", GoldenQuestion("q", "Why?"))
    desk.catalog.delete_collection("c")

    with pytest.raises(CollectionNotFound):
        golden.questions("c")
    Catalog(database.engine).create_collection("c", manifest())
    assert golden.questions("c") == []
