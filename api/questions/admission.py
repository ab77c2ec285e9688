"""Which of the found pages may hold an answer: the gate before whoever answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from answer.answers import EvidencePage
from api import parts
from api.questions.pages import Pages
from retrieval.hits import Hit

Known = Callable[[str, frozenset[str], set[UUID]], dict[UUID, frozenset[str]]]


@dataclass(frozen=True, slots=True)
class AdmittedPage:
    """A found page, and what stands on it."""

    hit: Hit
    page: EvidencePage


class Admission:
    """Lets the pages of documents through that know what a question names.

    Args:
        pages: reads what stands on found pages.
        language: the leading language of a collection.
        known: which of some terms stand anywhere in each of some generations of a collection.
    """

    def __init__(self, pages: Pages, language: Callable[[str], str], known: Known) -> None:
        self._pages = pages
        self._language = language
        self._known = known

    def admit(self, collection: str, question: str, hits: Sequence[Hit]) -> list[AdmittedPage]:
        """Return the pages that an answer may be made from, in the order found."""
        gate = parts.gate(self._language(collection))
        needs = gate.needs(question)
        known = self._known(collection, needs.forms, {hit.generation for hit in hits})
        pages = [self._pages.evidence(hit, known[hit.generation]) for hit in hits]
        admitted = {(page.document, page.page) for page in gate.admit(needs, pages)}
        return [
            AdmittedPage(hit, page)
            for hit, page in zip(hits, pages, strict=True)
            if (page.document, page.page) in admitted
        ]
