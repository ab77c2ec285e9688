"""The routes of questions, golden questions, evaluations and models, each described once."""

import json
from collections.abc import Sequence
from typing import Any

from api.client.call import Call, Stream, as_it_is, content, given, nothing, path, reads
from api.client.failures import failure_in_stream
from api.client.frames import Frame
from api.client.job_bodies import ModelList
from api.events import EVENT_STREAM, AnswerEvent, read_frames
from api.extraction.bodies import ExtractRequest, ExtractResponse
from api.golden.bodies import (
    JSON_LINES,
    GoldenImport,
    GoldenQuestionBody,
    GoldenQuestionList,
    NewGoldenQuestion,
)
from api.golden.evaluations import EvaluationList
from api.questions.bodies import (
    AnswerPlan,
    AnswerRequest,
    AnswerResponse,
    SearchBatch,
    SearchBatchResponse,
    SearchRequest,
    SearchResponse,
)
from api.schemas import Problem


def search(collection: str, request: SearchRequest | str) -> Call[SearchResponse]:
    """Find the pages that match a question best; a text is a question without conditions."""
    return Call(
        "POST",
        path("collections", collection, "search"),
        reads(SearchResponse),
        content=content(_search_request(request)),
    )


def search_batch(
    collection: str, requests: Sequence[SearchRequest | str]
) -> Call[SearchBatchResponse]:
    """Find the pages for several questions."""
    batch = SearchBatch(searches=[_search_request(one) for one in requests])
    return Call(
        "POST",
        path("collections", collection, "search", "batch"),
        reads(SearchBatchResponse),
        content=content(batch),
    )


def ask(collection: str, request: AnswerRequest | str) -> Call[AnswerResponse]:
    """Answer a question from the documents, with citations, or refuse.

    It is not asked again when a model does not answer: the server has tried that.
    """
    return Call(
        "POST",
        path("collections", collection, "answers"),
        reads(AnswerResponse),
        content=content(_answer_request(request)),
        is_repeatable=False,
    )


def plan_answer(collection: str, request: AnswerRequest | str) -> Call[AnswerPlan]:
    """Return what an answer would be made from and cost; no model is asked."""
    return Call(
        "POST",
        path("collections", collection, "answers"),
        reads(AnswerPlan),
        params=given(dry_run=True),
        content=content(_answer_request(request)),
    )


def ask_stream(collection: str, request: AnswerRequest | str) -> Stream[AnswerEvent]:
    """Answer a question, event by event: `pages`, `token`s, `citations`, `done`."""
    return Stream(
        "POST",
        path("collections", collection, "answers"),
        _answer_event,
        content=content(_answer_request(request)),
        headers={"Accept": EVENT_STREAM},
    )


def extract(collection: str, request: ExtractRequest) -> Call[ExtractResponse]:
    """Read the fields of a JSON schema from documents, each with its place on the page."""
    return Call(
        "POST",
        path("collections", collection, "extract"),
        reads(ExtractResponse),
        content=content(request),
        is_repeatable=False,
    )


def questions(
    collection: str, *, limit: int = 100, cursor: str | None = None
) -> Call[GoldenQuestionList]:
    """List golden questions in the order in which they were added, page by page."""
    return Call(
        "GET",
        path("collections", collection, "questions"),
        reads(GoldenQuestionList),
        params=given(limit=limit, cursor=cursor),
    )


def add_question(collection: str, request: NewGoldenQuestion) -> Call[GoldenQuestionBody]:
    """Add a golden question; the pages that should answer it must be there."""
    return Call(
        "POST",
        path("collections", collection, "questions"),
        reads(GoldenQuestionBody),
        content=content(request),
        makes=True,
    )


def change_question(
    collection: str, question: str, request: NewGoldenQuestion
) -> Call[GoldenQuestionBody]:
    """Change a golden question."""
    return Call(
        "PUT",
        path("collections", collection, "questions", question),
        reads(GoldenQuestionBody),
        content=content(request),
    )


def delete_question(collection: str, question: str) -> Call[None]:
    """Delete a golden question."""
    return Call("DELETE", path("collections", collection, "questions", question), nothing)


def export_questions(collection: str) -> Call[bytes]:
    """Return the golden questions as lines that `pagesight eval run` reads."""
    return Call("GET", path("collections", collection, "questions.jsonl"), as_it_is)


def import_questions(collection: str, lines: bytes) -> Call[GoldenImport]:
    """Take in golden questions, all or none; those whose ids are there are changed."""
    return Call(
        "POST",
        path("collections", collection, "questions.jsonl"),
        reads(GoldenImport),
        content=lines,
        content_type=JSON_LINES,
    )


def evaluations() -> Call[EvaluationList]:
    """List what was measured on the server, the newest first."""
    return Call("GET", path("evaluations"), reads(EvaluationList))


def evaluation(evaluation: str) -> Call[dict[str, Any]]:
    """Return the record of an evaluation: every question, what was found and answered."""
    return Call("GET", path("evaluations", evaluation), _record)


def evaluation_report(evaluation: str) -> Call[str]:
    """Return the report of an evaluation as HTML."""
    return Call("GET", path("evaluations", evaluation, "report"), bytes.decode)


def delete_evaluation(evaluation: str) -> Call[None]:
    """Delete an evaluation."""
    return Call("DELETE", path("evaluations", evaluation), nothing)


def models() -> Call[ModelList]:
    """List what may stand as `model` in chat completions: the collections."""
    return Call("GET", path("models"), reads(ModelList))


def _search_request(request: SearchRequest | str) -> SearchRequest:
    return SearchRequest(query=request) if isinstance(request, str) else request


def _answer_request(request: AnswerRequest | str) -> AnswerRequest:
    return AnswerRequest(query=request) if isinstance(request, str) else request


def _record(answered: bytes) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(answered)
    return record


def _answer_event(frame: Frame) -> AnswerEvent | None:
    event = next(read_frames([f"event: {frame.name}", f"data: {frame.data}"]), None)
    if event is not None and isinstance(event.body, Problem):
        raise failure_in_stream(event.body)
    return event
