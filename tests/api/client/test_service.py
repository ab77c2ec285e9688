"""Both clients against the service itself."""

from pathlib import Path

import pytest

from api.client.failures import RemoteConflict, RemoteNotFound, RemoteRefusal
from api.desk import LocalDesk
from api.extraction.bodies import ExtractRequest
from api.golden.bodies import GoldenPageBody, NewGoldenQuestion
from api.golden.evaluations import Evaluations, EvaluationSummary
from api.questions.bodies import AnswerRequest, SearchRequest
from api.service import Service
from tests.api.client.conftest import Invoke
from tests.api.golden.test_evaluations import summary
from tests.tiny import index, pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
TALL = "Is the dam twelve metres tall?"


@pytest.fixture
def document(service: Service) -> str:
    """A document that is indexed before the service is served, and with it its worker."""
    return index(service, "dams.pdf", DAMS)


def test_a_document_is_handed_in_found_replaced_and_deleted(invoke: Invoke, url: str) -> None:
    assert invoke(url, "create_collection", "reports").documents == 0
    taken = invoke(url, "upload", "reports", DAMS, name="dams.pdf", metadata={"year": 2024})
    assert invoke(url, "wait_for_job", taken.job.id, poll_s=0.05).state == "done"
    document = taken.document.id
    assert invoke(url, "upload", "reports", DAMS).job is None
    assert invoke(url, "document", "reports", document).metadata == {"year": 2024}

    assert invoke(url, "search", "reports", "herons nest").hits[0].page == 2
    fresh = pdf("Storks nest on the roof")
    replaced = invoke(url, "replace_document", "reports", document, fresh, name="storks.pdf")
    invoke(url, "wait_for_job", replaced.job.id, poll_s=0.05)
    assert invoke(url, "search", "reports", "storks nest").hits[0].name == "storks.pdf"

    assert [one.id for one in invoke(url, "all_documents", "reports")] == [document]
    assert invoke(url, "delete_document", "reports", document) is None
    assert invoke(url, "documents", "reports").documents == []
    assert [one.name for one in invoke(url, "collections")] == ["reports"]
    invoke(url, "delete_collection", "reports")
    with pytest.raises(RemoteNotFound):
        invoke(url, "collection", "reports")


def test_what_is_asked_is_answered_as_here(
    document: str, url: str, invoke: Invoke, service: Service
) -> None:
    here = LocalDesk(service)
    found = invoke(url, "search", "default", TALL)
    assert found.hits == here.search("default", SearchRequest(query=TALL)).hits
    batch = invoke(url, "search_batch", "default", [TALL, SearchRequest(query="herons", limit=1)])
    assert [len(result.hits) for result in batch.results] == [len(found.hits), 1]

    answer = invoke(url, "ask", "default", TALL)
    assert answer.citations == here.ask("default", AnswerRequest(query=TALL)).citations
    events = invoke(url, "ask_stream", "default", TALL)
    assert [event.name for event in events] == ["pages", "token", "citations", "done"]
    assert invoke(url, "plan_answer", "default", TALL).model == "extractive"
    fields = ExtractRequest(fields={"type": "object", "properties": {"dam": {"type": "string"}}})
    assert invoke(url, "extract", "default", fields) == here.extract("default", fields)

    assert invoke(url, "page_image", "default", document, 1, width=64)[:2] == b"\xff\xd8"
    assert invoke(url, "heatmap_image", "default", document, 1, "dam")[1:4] == b"PNG"
    assert invoke(url, "heatmap", "default", document, 1, "dam", token=0).tokens == ["dam"]
    words = invoke(url, "page_words", "default", document, 2)
    assert words == here.page_words("default", document, 2)


def test_golden_questions_are_kept(document: str, url: str, invoke: Invoke) -> None:
    body = NewGoldenQuestion(text=TALL, pages=[GoldenPageBody(document=document, page=1)])
    added = invoke(url, "add_question", "default", body)
    changed = invoke(
        url, "change_question", "default", added.id, body.model_copy(update={"tags": ["a"]})
    )
    assert invoke(url, "questions", "default").questions == [changed]
    assert invoke(url, "all_questions", "default") == [changed]

    lines = invoke(url, "export_questions", "default")
    invoke(url, "delete_question", "default", added.id)
    assert invoke(url, "import_questions", "default", lines).imported == 1
    assert invoke(url, "questions", "default").questions == [changed]
    far = NewGoldenQuestion(text="?", pages=[GoldenPageBody(document=document, page=9)])
    with pytest.raises(RemoteRefusal, match="has no page 9"):
        invoke(url, "add_question", "default", far)


def test_evaluations_are_read(invoke: Invoke, url: str, data_folder: Path) -> None:
    measured: EvaluationSummary = summary()
    kept = Evaluations(data_folder).keep(measured, record=b'{"a": 1}', report="<p>ü</p>")

    assert invoke(url, "evaluations").evaluations == [kept]
    assert invoke(url, "evaluation", kept.id) == {"a": 1}
    assert invoke(url, "evaluation_report", kept.id) == "<p>ü</p>"
    invoke(url, "delete_evaluation", kept.id)
    assert invoke(url, "evaluations").evaluations == []


def test_what_does_not_fit_is_a_conflict(document: str, url: str, invoke: Invoke) -> None:
    assert document
    body = NewGoldenQuestion(id="q", text="?", is_answerable=False)
    invoke(url, "add_question", "default", body)

    with pytest.raises(RemoteConflict) as caught:
        invoke(url, "add_question", "default", body)
    assert caught.value.code == "question_exists"
