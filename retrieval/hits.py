"""What a search asks for and what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from index.catalog.filters import DocumentFilter
from index.errors import InvalidRequest
from index.records import Box

Arm = Literal["maxsim", "words", "bm25"]
ALL_ARMS: frozenset[Arm] = frozenset(("maxsim", "words", "bm25"))


@dataclass(frozen=True, slots=True)
class PageScope:
    """Which pages a search may see: those of some documents, from `first` to `last`."""

    only: DocumentFilter | None = None
    first: int = 1
    last: int | None = None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A question to find pages for.

    `exhaustive` scores every page exactly: slow, and the truth that the stages are measured by.
    Of one document at most `per_document` pages are found, and any number where it is None.

    Raises:
        InvalidRequest: the question is blank, no arm is left, or no page of a document.
    """

    text: str
    limit: int = 5
    scope: PageScope = field(default_factory=PageScope)
    arms: frozenset[Arm] = ALL_ARMS
    exhaustive: bool = False
    per_document: int | None = None

    def __post_init__(self) -> None:
        if self.per_document is not None and self.per_document < 1:
            raise InvalidRequest(
                f"a document needs room for a page at least, got {self.per_document}"
            )
        if not self.text.strip():
            raise InvalidRequest("the question is empty")
        if not self.arms:
            raise InvalidRequest(f"at least one arm is needed, of {sorted(ALL_ARMS)}")


@dataclass(frozen=True, slots=True)
class Region:
    """A part of a page that made it match, and the words that stand there."""

    box: Box
    score: float
    text: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A found page.

    Attributes:
        score: what pages were ordered by; comparable within one search only.
        relevance: 0 to 1: how far the page's match lies between what questions about something else
            reach in this collection (0) and a page that holds the question as it stands (1).
        arms: each arm's own score.
        regions: best first.
        flags: why text of the page, or its document's name, addresses a model.
    """

    document: UUID
    generation: UUID
    name: str
    page: int
    score: float
    relevance: float
    arms: Mapping[str, float]
    regions: tuple[Region, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Found pages, best first, and milliseconds by stage."""

    hits: tuple[Hit, ...]
    timings: Mapping[str, float]
