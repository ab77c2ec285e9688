"""Where indexed documents come from and go, and how work on them is interrupted."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.blobs.base import Blobs
from index.catalog.catalog import Catalog
from index.catalog.entries import StoredPage
from index.catalog.fillings import Fillings
from index.catalog.garbage import Garbage
from index.catalog.jobs import JobLedger
from index.catalog.rebuilds import RebuildLedger
from index.records import PageWords
from index.vectors.base import VectorStore
from index.words import decode_words

NO_WORDS = PageWords((), "none")


class WorkInterrupted(Exception):
    """The worker is stopping; the job stays open and is taken up again."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where an indexed document goes."""

    catalog: Catalog
    ledger: JobLedger
    garbage: Garbage
    vectors: VectorStore
    blobs: Blobs
    rebuilds: RebuildLedger
    fillings: Fillings

    def words(self, page: StoredPage) -> PageWords:
        """Return the words of a page; one that could not be read has none."""
        if page.words_sha256 is None:
            return NO_WORDS
        return decode_words(self.blobs.read(page.words_sha256))

    def first_words(self, pages: Sequence[StoredPage]) -> PageWords:
        """Return the words of the first page, which hold the document's title."""
        return self.words(pages[0])
