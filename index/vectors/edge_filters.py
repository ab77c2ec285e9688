"""Which points a request to Qdrant Edge is about."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import qdrant_edge as edge

from index.vectors import points as stored
from index.vectors.base import CONTEXT_PAGE, Within


def any_of(generations: Sequence[UUID]) -> edge.FieldCondition:
    """Match the points of some generations."""
    wanted = edge.MatchAny([str(generation) for generation in generations])
    return edge.FieldCondition(key=stored.GENERATION, match=wanted)


def pages_of(generation: UUID) -> edge.Filter:
    """Match the pages of a generation, without its context."""
    is_page = edge.FieldCondition(key=stored.PAGE, range=edge.RangeFloat(gt=CONTEXT_PAGE))
    return edge.Filter(must=[any_of([generation]), is_page])


def matching(within: Within) -> edge.Filter:
    """Match what a search may see."""
    pages = edge.RangeFloat(gte=within.first, lte=within.last)
    must: list[Any] = [edge.FieldCondition(key=stored.PAGE, range=pages)]
    if within.generations is not None:
        must.append(any_of(within.generations))
    return edge.Filter(must=must)
