"""What a vector store is: points in, term scores and rows out.

A store holds one collection per Pagesight collection. Each page is a point with its rows (a
multi-vector) and its BM25 terms (a sparse vector, IDF applied by the store); a document's context
is one more point, in the place of page 0. Where the store is to score rows too, a page also has its
pooled rows, a second multi-vector. Every point belongs to a generation; which of them a reader may
see is the catalog's to say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from index.errors import InvalidRequest
from index.records import Float32, Question, Rows, SparseVector

MAX_MULTIVECTOR_VALUES = 1_048_576
CONTEXT_PAGE = 0

PageKey = tuple[UUID, int]  # a generation and the number of one of its pages


@dataclass(frozen=True, slots=True)
class PagePoint:
    """A page as it is stored; `pooled` are its pooled rows, `(n_pooled, dim)`, if it has some."""

    page: int
    rows: Rows
    terms: SparseVector
    pooled: Float32 | None = None


@dataclass(frozen=True, slots=True)
class PageHit:
    """A page and what a search of one kind scores it: BM25 of its terms, or MaxSim of its rows."""

    generation: UUID
    page: int
    score: float


@dataclass(frozen=True, slots=True)
class ExaminedPoint:
    """A point as it lies in the store, looked at with doubt.

    Attributes:
        page: of its generation, `CONTEXT_PAGE` for the context; None where it does not say.
        rows: None where they are not what rows must be.
        fault: what is wrong with it, in a sentence; empty where nothing is.
        n_pooled: its pooled rows.
    """

    page: int | None
    rows: Rows | None
    fault: str
    n_pooled: int


@dataclass(frozen=True, slots=True)
class Within:
    """Which points a search may see: pages `first` to `last`, of any generation where None."""

    generations: Sequence[UUID] | None = None
    first: int = 1
    last: int | None = None


class VectorStore(Protocol):
    """Keeps the points of many collections.

    Every verb raises VectorStoreUnavailable when the store does not answer.
    """

    def create(self, collection: str, *, dim: int, pooled: bool = False) -> None:
        """Make room for a collection of `dim`-dimensional rows; twice equals once.

        With `pooled` its pages may have pooled rows, which have a graph to be searched by.
        """

    def has(self, collection: str) -> bool:
        """Tell whether there is a collection of that name."""

    def drop(self, collection: str) -> None:
        """Remove a collection and its bytes; twice equals once."""

    def put_pages(self, collection: str, generation: UUID, points: Sequence[PagePoint]) -> None:
        """Store pages of a generation; storing one again replaces it."""

    def put_context(self, collection: str, generation: UUID, context: Rows) -> None:
        """Store the rows of a document's name and title, which hold for all of its pages."""

    def search_pages(
        self, collection: str, terms: SparseVector, *, limit: int, only: Sequence[UUID] | None
    ) -> list[PageHit]:
        """Return the pages with the highest BM25 score above zero, best first."""

    def search_rows(
        self, collection: str, question: Question, *, limit: int, prefetch: int, within: Within
    ) -> list[PageHit]:
        """Return the pages with the highest MaxSim, best first; contexts do not join in.

        One query: `prefetch` pages by their pooled rows, these by all their rows, `limit` of them.
        The collection was created with `pooled`.
        """

    def read_pages(self, collection: str, pages: Sequence[PageKey]) -> Iterator[Rows]:
        """Yield the rows of some pages, by generation and number, in the order asked.

        Raises:
            PageNotFound: one of them is not there.
        """

    def read_points(self, collection: str, pages: Sequence[PageKey]) -> Iterator[PagePoint]:
        """Yield some pages with all that is stored of them, in the order asked; 0 is the context.

        Values come as they are stored, so that putting them elsewhere stores the same bits.

        Raises:
            PageNotFound: one of them is not there.
        """

    def read_rows(self, collection: str, generation: UUID) -> Iterator[tuple[int, Rows]]:
        """Yield each stored page of a generation and its rows, in order; page 0 has the context's.

        A few pages are read at a time.
        """

    def copy_generation(self, source: str, target: str, generation: UUID) -> None:
        """Put every point of a generation into another collection, value for value."""

    def count_pages(self, collection: str, generation: UUID) -> int:
        """Count the stored pages of a generation."""

    def generations(self, collection: str) -> dict[UUID, int]:
        """Count the points of each generation, contexts included, those of none under nil.

        Reads what every point says of itself, and none of its vectors.
        """

    def examine(self, collection: str, generation: UUID) -> Iterator[ExaminedPoint]:
        """Yield every point of a generation in no order, the damaged ones too.

        A few points are read at a time.
        """

    def collections(self) -> list[str]:
        """Return the name of every collection that is there."""

    def delete_generation(self, collection: str, generation: UUID) -> None:
        """Remove every point of a generation; twice equals once.

        A collection that was dropped, or is still to be made, has none.
        """

    def check(self) -> None:
        """Do nothing when the store answers."""

    def flush(self, collection: str) -> None:
        """Make what was put survive a crash of the machine, and tidy the index."""

    def close(self) -> None:
        """Let go of files and connections."""


def max_rows(dim: int) -> int:
    """Return how many rows of `dim` values one page may hold in Qdrant.

    Source: Qdrant refuses a multi-vector of 1,048,576 values or more (qdrant issue 6929).

    Raises:
        InvalidRequest: not even 16 rows fit; the model cannot be stored.
    """
    limit = (MAX_MULTIVECTOR_VALUES - 1) // dim
    if limit < 16:
        raise InvalidRequest(f"rows of {dim} values do not fit: a page could hold only {limit}")
    return limit
