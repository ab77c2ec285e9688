"""Points copied from one shard of Qdrant Edge into another, value for value."""

from typing import Any

import qdrant_edge as edge

COPY_POINTS = 16  # a few megabytes of Python's numbers


def copy_points(source: edge.EdgeShard, target: edge.EdgeShard, only: edge.Filter) -> None:
    """Put every point that passes a filter into another shard; twice equals once."""
    offset: Any = None
    while True:
        request = edge.ScrollRequest(
            offset=offset, limit=COPY_POINTS, filter=only, with_payload=True, with_vector=True
        )
        records, offset = source.scroll(request)
        points = [
            edge.Point(id=record.id, vector=record.vector or {}, payload=record.payload)
            for record in records
        ]
        if points:
            target.update(edge.UpdateOperation.upsert_points(points))
        if offset is None:
            return
