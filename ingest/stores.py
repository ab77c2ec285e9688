"""Where indexed documents come from and go, and how work on them is interrupted."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.blobs.base import Blobs
from index.catalog.catalog import Catalog
from index.catalog.database import Database
from index.catalog.entries import StoredPage
from index.catalog.fillings import Fillings
from index.catalog.garbage import Garbage
from index.catalog.jobs import JobLedger
from index.catalog.leases import Leases, Wake
from index.catalog.rebuilds import RebuildLedger
from index.catalog.segments import Segments
from index.records import PageWords
from index.vectors.base import VectorStore
from index.words import decode_words

NO_WORDS = PageWords((), "none")


class WorkInterrupted(Exception):
    """The work does not go on here: it ended, somebody else has it, or the worker is stopping."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where an indexed document goes.

    Attributes:
        keeps_segments: whether its rows are kept as blobs, too, for servers that score elsewhere.
    """

    catalog: Catalog
    ledger: JobLedger
    garbage: Garbage
    vectors: VectorStore
    blobs: Blobs
    rebuilds: RebuildLedger
    fillings: Fillings
    leases: Leases
    segments: Segments
    keeps_segments: bool = False

    @classmethod
    def on(
        cls,
        database: Database,
        wake: Wake,
        vectors: VectorStore,
        blobs: Blobs,
        *,
        keeps_segments: bool = False,
    ) -> "Stores":
        """Return what keeps documents in a database, a vector store and a place for blobs."""
        engine = database.engine
        return cls(
            catalog=Catalog(engine),
            ledger=JobLedger(engine),
            garbage=Garbage(engine),
            vectors=vectors,
            blobs=blobs,
            rebuilds=RebuildLedger(engine, lambda on, work: wake(on, "rebuild", work, 0.0)),
            fillings=Fillings(engine),
            leases=Leases(engine, wake),
            segments=Segments(engine),
            keeps_segments=keeps_segments,
        )

    def words(self, page: StoredPage) -> PageWords:
        """Return the words of a page; one that could not be read has none."""
        if page.words_sha256 is None:
            return NO_WORDS
        return decode_words(self.blobs.read(page.words_sha256))

    def first_words(self, pages: Sequence[StoredPage]) -> PageWords:
        """Return the words of the first page, which hold the document's title."""
        return self.words(pages[0])
