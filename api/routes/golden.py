"""Golden questions: what people ask of a collection, and the pages that should answer."""

from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Response
from fastapi import Body as FromBody

from api.door.once import REFUSED_KEYS, Once, OnceRoute
from api.golden.bodies import (
    JSON_LINES,
    QUESTION_ID,
    GoldenImport,
    GoldenQuestionBody,
    GoldenQuestionList,
    NewGoldenQuestion,
)
from api.golden.lines import golden_lines, read_golden_lines
from api.golden.questions import golden_body, golden_question
from api.routes.shared import CollectionName, Cursor, Limit, ServiceOf, failures, needs
from index.errors import CollectionNotFound, InvalidRequest, QuestionExists, QuestionNotFound

router = APIRouter(
    prefix="/collections/{collection}", tags=["golden questions"], route_class=OnceRoute
)
QuestionId = Annotated[str, Path(pattern=QUESTION_ID, description="id of the question")]
EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {JSON_LINES: {"schema": {"type": "string"}}}}
}
Lines = Annotated[bytes, FromBody(media_type=JSON_LINES, description="a JSON object a line")]


@router.get("/questions", dependencies=needs("eval"), responses=failures(CollectionNotFound))
def list_questions(
    collection: CollectionName,
    service: ServiceOf,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> GoldenQuestionList:
    """List golden questions in the order in which they were added."""
    found = service.golden.questions(collection, limit=limit, after=cursor)
    following = found[-1].id if len(found) == limit else None
    return GoldenQuestionList(questions=[golden_body(one) for one in found], next=following)


@router.post(
    "/questions",
    status_code=201,
    dependencies=needs("eval"),
    responses=failures(CollectionNotFound, QuestionExists, *REFUSED_KEYS),
)
def add_question(
    collection: CollectionName, body: NewGoldenQuestion, service: ServiceOf, _: Once
) -> GoldenQuestionBody:
    """Add a golden question; the pages that should answer it must be there."""
    name = body.id or uuid4().hex
    service.golden.add(collection, golden_question(name, body))
    return golden_body(service.golden.question(collection, name))


@router.put(
    "/questions/{question}",
    dependencies=needs("eval"),
    responses=failures(CollectionNotFound, QuestionNotFound),
)
def change_question(
    collection: CollectionName, question: QuestionId, body: NewGoldenQuestion, service: ServiceOf
) -> GoldenQuestionBody:
    """Change a golden question."""
    if body.id not in (None, question):
        raise InvalidRequest(f"the path names question {question!r}, the body {body.id!r}")
    service.golden.replace(collection, golden_question(question, body))
    return golden_body(service.golden.question(collection, question))


@router.delete(
    "/questions/{question}",
    status_code=204,
    dependencies=needs("eval"),
    responses=failures(CollectionNotFound, QuestionNotFound),
)
def delete_question(collection: CollectionName, question: QuestionId, service: ServiceOf) -> None:
    """Delete a golden question."""
    service.golden.delete(collection, question)


@router.get(
    "/questions.jsonl",
    response_class=Response,
    dependencies=needs("eval"),
    responses=EXPORTED | failures(CollectionNotFound),
)
def export_questions(collection: CollectionName, service: ServiceOf) -> Response:
    """Return the golden questions as lines that `pagesight eval run` reads.

    Pages that are gone are left out, and so are questions that have no other page.
    """
    lines = golden_lines(service.golden.questions(collection))
    named = {"Content-Disposition": f'attachment; filename="{collection}.jsonl"'}
    return Response(lines, media_type=JSON_LINES, headers=named)


@router.post("/questions.jsonl", dependencies=needs("eval"), responses=failures(CollectionNotFound))
def import_questions(collection: CollectionName, body: Lines, service: ServiceOf) -> GoldenImport:
    """Take in golden questions, all or none; those whose ids are there are changed."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidRequest(f"the lines are not UTF-8: {error}") from error
    read = read_golden_lines(text, service.catalog.live_documents(collection))
    service.golden.put(collection, read)
    return GoldenImport(imported=len(read))
