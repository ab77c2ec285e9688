"""Points copied from one collection of a Qdrant server into another, value for value."""

from typing import Any, cast

from qdrant_client import QdrantClient, models

COPY_POINTS = 8  # a page of rows is about a megabyte on the wire


def copy_points(client: QdrantClient, source: str, target: str, only: models.Filter) -> None:
    """Put every point that passes a filter into another collection; twice equals once."""
    offset: Any = None
    while True:
        records, offset = client.scroll(
            source,
            scroll_filter=only,
            limit=COPY_POINTS,
            offset=offset,
            with_payload=True,
            with_vectors=True,
        )
        if records:
            client.upsert(target, [_as_point(record) for record in records], wait=True)
        if offset is None:
            return


def _as_point(record: models.Record) -> models.PointStruct:
    vector = cast("models.VectorStruct", record.vector or {})  # read and written, they look alike
    return models.PointStruct(id=record.id, vector=vector, payload=record.payload)
