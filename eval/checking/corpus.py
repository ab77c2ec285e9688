"""The pages of a collection with their words, under the names that a data set uses."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath

from answer.answers import EvidencePage
from answer.terms import tokens
from api.desk import Desk
from api.documents.page_words import as_page_words
from api.schemas import DocumentDetails
from index.records import PageWords

PageName = tuple[str, int]
LISTED = 100


@dataclass(frozen=True)
class CorpusPage:
    """A page that was read."""

    name: PageName
    document: str
    file: str
    words: PageWords

    @cached_property
    def tokens(self) -> tuple[str, ...]:
        """Its words and numbers, folded, in order."""
        return tuple(tokens(" ".join(word.text for word in self.words.words)))

    def as_evidence(self) -> EvidencePage:
        """Return the page as answerers see it; nobody looks at its picture."""
        return EvidencePage(self.document, self.file, self.name[1], self.words, 1.0, bytes)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Everything that questions are asked about.

    Attributes:
        pages: those that were read, by document and number.
        documents: all of them, by their file's name without ending.
    """

    pages: dict[PageName, CorpusPage]
    documents: dict[str, DocumentDetails]

    def why_missing(self, name: PageName) -> str | None:
        """Say why a page is not there; none when it is."""
        document = self.documents.get(name[0])
        if name in self.pages:
            return None
        if document is None:
            return "the corpus has no such document"
        if document.error is not None:
            return f"the document failed: {document.error.message}"
        failed = [page.message for page in document.failed_pages if page.page == name[1]]
        if failed:
            return f"the page failed: {failed[0]}"
        return f"the document has {document.pages} pages"


def read_corpus(desk: Desk, collection: str) -> Corpus:
    """Read the words of all pages of a collection."""
    documents = {PurePath(one.name).stem: one for one in _documents(desk, collection)}
    pages = {
        page.name: page
        for stem, document in documents.items()
        for page in _pages(desk, collection, stem, document)
    }
    return Corpus(pages, documents)


def _documents(desk: Desk, collection: str) -> Iterator[DocumentDetails]:
    cursor: str | None = None
    while True:
        found = desk.documents(collection, limit=LISTED, cursor=cursor)
        yield from (desk.document(collection, one.id) for one in found.documents)
        cursor = found.next
        if cursor is None:
            return


def _pages(
    desk: Desk, collection: str, stem: str, document: DocumentDetails
) -> Iterator[CorpusPage]:
    failed = {page.page for page in document.failed_pages}
    for number in range(1, document.pages + 1) if document.state == "ready" else ():
        if number not in failed:
            words = as_page_words(desk.page_words(collection, document.id, number))
            yield CorpusPage((stem, number), document.id, document.name, words)
