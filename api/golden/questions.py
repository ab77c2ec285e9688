"""From golden questions to their JSON, and back."""

from api.golden.bodies import GoldenFields, GoldenPageBody, GoldenQuestionBody
from api.ids import parse_id
from index.catalog.questions import GoldenPage, GoldenQuestion


def golden_body(question: GoldenQuestion) -> GoldenQuestionBody:
    """Show a golden question."""
    return GoldenQuestionBody(
        id=question.id,
        text=question.text,
        answers=list(question.answers),
        pages=[
            GoldenPageBody(document=str(page.document), page=page.page, grade=page.grade)
            for page in question.pages
        ],
        is_answerable=question.is_answerable,
        tags=list(question.tags),
        is_stale=question.is_stale,
    )


def golden_question(name: str, fields: GoldenFields) -> GoldenQuestion:
    """Read a golden question.

    Raises:
        NotFound: a document's id is no id.
    """
    return GoldenQuestion(
        id=name,
        text=fields.text,
        answers=tuple(fields.answers),
        pages=tuple(
            GoldenPage(parse_id(page.document), page.page, page.grade) for page in fields.pages
        ),
        tags=tuple(fields.tags),
    )
