"""Which blobs anything refers to."""

from collections.abc import Iterable

from sqlalchemy import ARRAY, Connection, Text, func, literal, select, union

from index.catalog.schema import documents, generations, pages, segments

_REFERRING = (
    documents.c.sha256,
    generations.c.sha256,
    pages.c.image_sha256,
    pages.c.words_sha256,
    segments.c.sha256,
)


def referenced(connection: Connection, hashes: Iterable[str]) -> set[str]:
    """Return those of some blobs that a document, a generation, a page or a segment refers to."""
    wanted = literal(list(hashes), ARRAY(Text))
    found = union(*(select(one).where(one == func.any(wanted)) for one in _REFERRING))
    return {sha256 for (sha256,) in connection.execute(found)}
