"""Golden questions: what people ask of a collection, and the pages that should answer.

A page is named by its document. When that goes, or has fewer pages after a replacement, the
question stays and its page is unknown: only a person can say what should answer it now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Engine, Row, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.catalog import lock_collection
from index.catalog.schema import collections, documents, questions
from index.errors import CollectionNotFound, InvalidRequest, QuestionExists, QuestionNotFound


@dataclass(frozen=True, slots=True)
class GoldenPage:
    """A page that should answer a question.

    Attributes:
        grade: how well it answers, 1 or more.
        name: its document's; none where the collection no longer has that page.
    """

    document: UUID
    page: int
    grade: int = 1
    name: str | None = None


@dataclass(frozen=True, slots=True)
class GoldenQuestion:
    """A question and what would be right; without pages, the documents should not answer it."""

    id: str
    text: str
    answers: tuple[str, ...] = ()
    pages: tuple[GoldenPage, ...] = ()
    tags: tuple[str, ...] = ()

    @property
    def is_answerable(self) -> bool:
        """Whether some page should answer it."""
        return bool(self.pages)

    @property
    def is_stale(self) -> bool:
        """Whether a page that should answer it is no longer there."""
        return any(page.name is None for page in self.pages)


class _Kept(NamedTuple):
    """A document that is there."""

    name: str
    n_pages: int


class GoldenQuestions:
    """Keeps the golden questions of collections, in the order in which they were added."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def questions(
        self, collection: str, *, limit: int | None = None, after: str | None = None
    ) -> list[GoldenQuestion]:
        """Return questions, those added after the question `after`; all of them without a limit.

        Raises:
            CollectionNotFound: no collection has that name.
            QuestionNotFound: there is no question `after`.
        """
        query = select(questions).where(questions.c.collection == collection)
        with self._engine.connect() as connection:
            _check_collection(connection, collection)
            if after is not None:
                query = query.where(questions.c.number > _row(connection, collection, after).number)
            rows = connection.execute(query.order_by(questions.c.number).limit(limit)).all()
            return _read(connection, collection, rows)

    def question(self, collection: str, question: str) -> GoldenQuestion:
        """Return a question.

        Raises:
            QuestionNotFound: the collection has no such question.
        """
        with self._engine.connect() as connection:
            (found,) = _read(connection, collection, [_row(connection, collection, question)])
        return found

    def add(self, collection: str, question: GoldenQuestion) -> None:
        """Add a question.

        Raises:
            CollectionNotFound: no collection has that name.
            InvalidRequest: a page is not one of the collection.
            QuestionExists: the collection has one of that id.
        """
        with self._engine.begin() as connection:
            lock_collection(connection, collection)
            _check_pages(connection, collection, [question])
            if _exists(connection, collection, question.id):
                raise QuestionExists(
                    f"question {question.id!r} is there; change it or take another id"
                )
            connection.execute(insert(questions).values(_values(collection, question)))

    def put(self, collection: str, many: Sequence[GoldenQuestion]) -> None:
        """Add questions, all or none; those whose ids are there take the new wording.

        Raises:
            CollectionNotFound: no collection has that name.
            InvalidRequest: a page is not one of the collection.
        """
        statement = upsert(questions)
        fresh = {name: statement.excluded[name] for name in ("text", "answers", "pages", "tags")}
        statement = statement.on_conflict_do_update(
            index_elements=["collection", "id"], set_={**fresh, "updated_at": func.now()}
        )
        with self._engine.begin() as connection:
            lock_collection(connection, collection)
            _check_pages(connection, collection, many)
            if many:
                connection.execute(statement, [_values(collection, one) for one in many])

    def replace(self, collection: str, question: GoldenQuestion) -> None:
        """Change a question.

        Raises:
            InvalidRequest: a page is not one of the collection.
            QuestionNotFound: the collection has no such question.
        """
        with self._engine.begin() as connection:
            _row(connection, collection, question.id)
            _check_pages(connection, collection, [question])
            connection.execute(
                update(questions)
                .where(questions.c.collection == collection, questions.c.id == question.id)
                .values(_values(collection, question))
            )

    def delete(self, collection: str, question: str) -> None:
        """Forget a question.

        Raises:
            QuestionNotFound: the collection has no such question.
        """
        with self._engine.begin() as connection:
            _row(connection, collection, question)
            connection.execute(
                delete(questions).where(
                    questions.c.collection == collection, questions.c.id == question
                )
            )


def _check_collection(connection: Connection, collection: str) -> None:
    known = select(collections.c.name).where(collections.c.name == collection)
    if connection.execute(known).one_or_none() is None:
        raise CollectionNotFound(f"no collection {collection!r}; create it or ingest into it first")


def _exists(connection: Connection, collection: str, question: str) -> bool:
    query = select(questions.c.id).where(
        questions.c.collection == collection, questions.c.id == question
    )
    return connection.execute(query).one_or_none() is not None


def _row(connection: Connection, collection: str, question: str) -> Row[Any]:
    query = select(questions).where(
        questions.c.collection == collection, questions.c.id == question
    )
    row = connection.execute(query).one_or_none()
    if row is None:
        raise QuestionNotFound(f"no question {question!r} in collection {collection!r}")
    return row


def _check_pages(connection: Connection, collection: str, many: Sequence[GoldenQuestion]) -> None:
    named = {page.document for question in many for page in question.pages}
    known = _documents(connection, collection, named)
    for page in (page for question in many for page in question.pages):
        if _name(known, page) is not None:
            continue
        if page.document not in known:
            raise InvalidRequest(f"collection {collection!r} has no document {page.document}")
        document = known[page.document]
        raise InvalidRequest(
            f"{document.name!r} has no page {page.page}: it has {document.n_pages}; "
            "wait until a document is ready before naming its pages"
        )


def _read(
    connection: Connection, collection: str, rows: Sequence[Row[Any]]
) -> list[GoldenQuestion]:
    read = [_question(row) for row in rows]
    named = {page.document for question in read for page in question.pages}
    known = _documents(connection, collection, named)
    return [
        replace(one, pages=tuple(replace(page, name=_name(known, page)) for page in one.pages))
        for one in read
    ]


def _documents(
    connection: Connection, collection: str, named: Iterable[UUID]
) -> Mapping[UUID, _Kept]:
    query = select(documents.c.id, documents.c.name, documents.c.n_pages).where(
        documents.c.collection == collection, documents.c.id.in_(list(named))
    )
    return {row.id: _Kept(row.name, row.n_pages) for row in connection.execute(query)}


def _name(known: Mapping[UUID, _Kept], page: GoldenPage) -> str | None:
    document = known.get(page.document)
    return document.name if document and page.page <= document.n_pages else None


def _question(row: Row[Any]) -> GoldenQuestion:
    pages = (GoldenPage(UUID(one["document"]), one["page"], one["grade"]) for one in row.pages)
    return GoldenQuestion(row.id, row.text, tuple(row.answers), tuple(pages), tuple(row.tags))


def _values(collection: str, question: GoldenQuestion) -> dict[str, Any]:
    pages = [
        {"document": str(page.document), "page": page.page, "grade": page.grade}
        for page in question.pages
    ]
    return {
        "collection": collection,
        "id": question.id,
        "text": question.text,
        "answers": list(question.answers),
        "pages": pages,
        "tags": list(question.tags),
    }
