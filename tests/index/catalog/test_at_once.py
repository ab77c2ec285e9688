"""A change of what readers see is one transaction: between any two of its statements, nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Row, Select, event, select

from api.service import Service
from index.catalog.database import Database
from index.catalog.schema import collections, documents, generations
from tests.tiny import index, pdf

Change = Callable[[Service, UUID], object]
EVENTS = ("begin", "before_cursor_execute", "after_cursor_execute", "commit")
SEEN: Select[Any] = (
    select(collections.c.version, documents.c.sha256, generations.c.id, generations.c.state)
    .select_from(collections)
    .outerjoin(documents, documents.c.collection == collections.c.name)
    .outerjoin(generations, generations.c.id == documents.c.live_generation)
)


def publish(service: Service, document: UUID) -> None:
    _, job = service.replace("default", document, "island.pdf", [pdf("Gulls, too")])
    assert job is not None
    started = service.ledger.start(job.id)
    store = service.catalog.collection("default").store
    assert service.ledger.publish(started, n_pages=1, store=store)


def delete(service: Service, document: UUID) -> None:
    service.catalog.delete_document("default", document)


def condemn(service: Service, _: UUID) -> None:
    service.garbage.condemn("default")


@contextmanager
def read_between_statements(service: Service, other: Database) -> Iterator[list[Row[Any]]]:
    """Yield what another process reads before and after each statement of this one, each once."""
    seen: list[Row[Any]] = []

    def look(*_: object) -> None:
        with other.engine.connect() as connection:
            found = connection.execute(SEEN).all()
        seen.extend(row for row in found if row not in seen)

    for name in EVENTS:
        event.listen(service.database.engine, name, look)
    yield seen
    for name in EVENTS:
        event.remove(service.database.engine, name, look)
    look()


@pytest.mark.faults(
    "another process reads the catalog before and after every statement of a publication, a "
    "deletion, or the end of a collection",
    result="it sees what was before, then what is after, and nothing between: a document without "
    "pages, a live one whose generation is dead, or a change that its version does not tell",
)
@pytest.mark.parametrize("change", [publish, delete, condemn])
def test_a_reader_sees_a_change_whole_or_not_at_all(
    service: Service, database: Database, change: Change
) -> None:
    island = UUID(index(service, "island.pdf", pdf("Herons nest on the island")))
    url = database.engine.url.render_as_string(hide_password=False)
    with (
        closing(Database(url, migrate=False)) as other,
        read_between_statements(service, other) as seen,
    ):
        change(service, island)
    assert len(seen) == 2, f"something between: {seen}"
    before, after = seen
    assert before.version < after.version
    assert (before.state, after.state) == ("live", "live" if change is publish else None)
