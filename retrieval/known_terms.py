"""Which terms documents hold, on any of their pages."""

from collections.abc import Iterable
from uuid import UUID

from index.encoders.lexical import encode_term
from index.vectors.base import VectorStore

PAGES_A_TIME = 100


def known_terms(
    vectors: VectorStore, store: str, terms: Iterable[str], generations: Iterable[UUID]
) -> dict[UUID, frozenset[str]]:
    """Return for each generation those of the terms that some page of it holds.

    Args:
        vectors: knows the terms of every page.
        store: its name for the collection.
        terms: as `LexicalEncoder.terms` yields them.
        generations: to look in.

    Raises:
        VectorStoreUnavailable: the store does not answer.
    """
    asked = set(generations)
    holders = {term: _holders(vectors, store, term, asked) for term in terms}
    return {one: frozenset(t for t, found in holders.items() if one in found) for one in asked}


def _holders(vectors: VectorStore, store: str, term: str, generations: set[UUID]) -> set[UUID]:
    """Ask for a few pages; where one document's fill the answer, ask again without it."""
    vector, found = encode_term(term), set[UUID]()
    while left := generations - found:
        hits = vectors.search_pages(store, vector, limit=PAGES_A_TIME, only=sorted(left))
        found |= {hit.generation for hit in hits}
        if len(hits) < PAGES_A_TIME:
            break
    return found
