"""Which points a request to a Qdrant server is about."""

from collections.abc import Sequence
from uuid import UUID

from qdrant_client import models

from index.vectors import points as stored
from index.vectors.base import CONTEXT_PAGE, Within


def any_of(generations: Sequence[UUID]) -> models.FieldCondition:
    """Match the points of some generations."""
    wanted = models.MatchAny(any=[str(generation) for generation in generations])
    return models.FieldCondition(key=stored.GENERATION, match=wanted)


def pages_of(generation: UUID) -> models.Filter:
    """Match the pages of a generation, without its context."""
    is_page = models.FieldCondition(key=stored.PAGE, range=models.Range(gt=CONTEXT_PAGE))
    return models.Filter(must=[any_of([generation]), is_page])


def matching(within: Within) -> models.Filter:
    """Match what a search may see."""
    pages = models.Range(gte=within.first, lte=within.last)
    must: list[models.Condition] = [models.FieldCondition(key=stored.PAGE, range=pages)]
    if within.generations is not None:
        must.append(any_of(within.generations))
    return models.Filter(must=must)
