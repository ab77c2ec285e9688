"""One document from bytes to searchable: read, encode, store, verify, publish.

Pages go through in chunks. A chunk's points are stored first and its pages noted in the catalog
after; a job that is run again therefore starts behind the last noted page. Readers see none of it
until the generation is published, in one catalog update. Where some workers read pages and others
make rows, the kept pages are what one hands the other.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from uuid import UUID

from index.catalog.entries import Failure, Job, Layer, StoredPage
from index.encoders.context import document_context
from index.errors import DocumentRejected, IndexSwitched, JobNotFound, PagesightError, Unavailable
from index.faults import fault_point
from index.manifest import EncoderOf
from index.watch import NOBODY, Watch
from ingest.ahead import ahead, chunked, watched
from ingest.attempts import Attempt, Attempts
from ingest.collecting import Collector
from ingest.filler import Filler
from ingest.keeping import PageKeeper
from ingest.reading import Reader
from ingest.room import Room
from ingest.segmenting import Segmenter
from ingest.stores import Stores, WorkInterrupted
from ingest.work import Work

logger = logging.getLogger(__name__)

CHUNK_PAGES = 8
READING, ENCODING, ENDING, PUBLISHING = "reading", "encoding", "checking", "publishing"


class Indexer:
    """Runs indexing jobs.

    Args:
        stores: where documents come from and go.
        reader: turns files into pages.
        encoder_of: opens the encoder that a collection was built with.
        room: whether the disk has room for new pages.
        published: called with the layers and the generation that readers see from now on.
        watch: is told of the stages.

    Attributes:
        attempts: how its jobs are tried.
        stopping: set when the process is about to end.
        collector: removes what its jobs leave behind.
    """

    def __init__(
        self,
        stores: Stores,
        reader: Reader,
        encoder_of: EncoderOf,
        room: Room,
        *,
        published: Callable[[Sequence[Layer], UUID], None] = lambda _layers, _generation: None,
        watch: Watch = NOBODY,
    ) -> None:
        self._stores = stores
        self._reader = reader
        self._encoder_of = encoder_of
        self._filler = Filler(stores, encoder_of)
        self._keeper = PageKeeper(stores, encoder_of, watch)
        self._segmenter = Segmenter(stores)
        self._room = room
        self._published = published
        self._watch = watch
        self.attempts = Attempts(stores.leases)
        self.stopping = self.attempts.stopping
        self.collector = Collector(stores)

    def run(self, job_id: UUID) -> None:
        """Index the job's document; whatever happens, the job ends or is put back."""
        self._attempt(job_id, self._index)

    def read(self, job_id: UUID) -> None:
        """Keep the pages of the job's document, and leave their rows to others."""
        self._attempt(job_id, self._read)

    def encode(self, job_id: UUID) -> None:
        """Make the rows of a document whose pages are kept, and publish it."""
        self._attempt(job_id, self._encode)

    def _attempt(self, job_id: UUID, do: Callable[[Job], None]) -> None:
        try:
            job = self._stores.ledger.start(job_id)
        except JobNotFound:
            logger.info("job is gone with its collection", extra={"job": str(job_id)})
            return
        if job.state == "running":
            fault_point("job.started")
            fail = partial(self._stores.ledger.fail, job)
            attempt = Attempt(job.lease, _begun(job), job.attempts, job.waits, fail)
            self.attempts.run(attempt, partial(do, job))
        self.collector.collect_or_leave()

    def _index(self, job: Job) -> None:
        with suppress(IndexSwitched):
            self._index_once(job)
            return
        self._index_once(job)  # its pages are kept: only their rows are made again

    def _index_once(self, job: Job) -> None:
        work = self._work(job)
        self._finish(work, self._read_pages(work, with_rows=True))

    def _read(self, job: Job) -> None:
        """Read, and hand on.

        Raises:
            WorkInterrupted: always: a worker that makes rows goes on.
        """
        if not job.is_read:
            self._read_pages(self._work(job), with_rows=False)
            self._stores.ledger.note_read(job)
        raise WorkInterrupted

    def _encode(self, job: Job) -> None:
        with suppress(IndexSwitched):
            self._finish(self._work(job), job.pages_total)
            return
        self._finish(self._work(job), job.pages_total)

    def _work(self, job: Job) -> Work:
        source = self._stores.ledger.source(job)
        layers = self._stores.catalog.collection(job.collection).layers
        return Work(job, source.name, source.sha256, layers)

    def _read_pages(self, work: Work, *, with_rows: bool) -> int:
        """Keep every page that is not kept yet; returns how many the document has."""
        with self._stores.blobs.file(work.sha256) as path:
            n_pages = self._reader.probe(path).n_pages
            done = len(self._stores.catalog.pages(work.job.generation))
            self._note(work, READING, done, n_pages)
            if done < n_pages:
                self._read_chunks(work, path, range(done + 1, n_pages + 1), with_rows=with_rows)
        return n_pages

    def _read_chunks(self, work: Work, path: Path, numbers: range, *, with_rows: bool) -> None:
        done, n_pages = numbers.start - 1, numbers.stop - 1
        language = "+".join(work.layers[0].manifest.language)
        outcomes = self._reader.read_pages(
            path, done + 1, n_pages, language=language, name=work.name
        )
        read = watched(chunked(outcomes, CHUNK_PAGES), self._watch, "ingest.read")
        with closing(outcomes), closing(ahead(read)) as chunks:
            for chunk in chunks:
                fault_point("chunk.read")
                self._room.check()
                self._keeper.keep(work, chunk, with_rows=with_rows)
                done += len(chunk)
                self._note(work, READING, done, n_pages)

    def _note(self, work: Work, stage: str, done: int, n_pages: int) -> None:
        """Say which step is begun and how far the work is.

        Raises:
            WorkInterrupted: the job ended, somebody else has it, or the worker is stopping.
        """
        self._go_on(
            is_ours=self._stores.ledger.progress(
                work.job, stage=stage, pages_done=done, pages_total=n_pages
            )
        )

    def _go_on(self, *, is_ours: bool) -> None:
        if self.stopping.is_set() or not is_ours:
            raise WorkInterrupted

    def _finish(self, work: Work, n_pages: int) -> None:
        """Complete the rows, check everything, and let readers see it."""
        pages = self._stores.catalog.pages(work.job.generation)
        self._fill(work, pages)
        self._note(work, ENDING, n_pages, n_pages)
        self._store_context(work, pages)
        self._verify(work, pages, n_pages)
        fault_point("job.verified")
        self._segmenter.keep(work.layers, work.kept)
        self._note(work, PUBLISHING, n_pages, n_pages)
        self._publish(work, n_pages)

    def _fill(self, work: Work, pages: Sequence[StoredPage]) -> None:
        """Make rows for pages that were only read, or read while another index answered."""
        count = self._stores.vectors.count_pages
        n_points = {count(layer.store, work.job.generation) for layer in work.layers}
        if n_points == {sum(page.failure is None for page in pages)}:
            return
        for _ in self._filler.fill(work.layers, work.kept):
            self._room.check()
            self._go_on(is_ours=self._stores.ledger.gets_on(work.job, stage=ENCODING))

    def _store_context(self, work: Work, pages: Sequence[StoredPage]) -> None:
        context = document_context(work.name, self._stores.first_words(pages))
        rows = [self._encoder_of(one.manifest).encode_context(context) for one in work.layers]
        with self._keeper.building(work) as hold:
            for layer, made in zip(work.layers, rows, strict=True):
                hold.go_on()
                self._stores.vectors.put_context(layer.store, work.job.generation, made)
        fault_point("context.put")

    def _verify(self, work: Work, pages: Sequence[StoredPage], n_pages: int) -> None:
        """Check that everything that will become visible is there.

        Raises:
            DocumentRejected: not one page could be read.
            Unavailable: the stores lost something on the way; a retry may help.
        """
        failures = [page.failure for page in pages if page.failure is not None]
        if failures and len(failures) == n_pages:
            raise PageFailures(failures[0])
        count = self._stores.vectors.count_pages
        n_points = [count(layer.store, work.job.generation) for layer in work.layers]
        if [page.number for page in pages] != list(range(1, n_pages + 1)) or (
            set(n_points) != {n_pages - len(failures)}
        ):
            raise Unavailable(
                f"{n_pages} pages were read, {len(pages)} noted and {n_points} points stored"
            )

    def _publish(self, work: Work, n_pages: int) -> None:
        with self._watch.step("ingest.publish"):
            for layer in work.layers:
                self._stores.vectors.flush(layer.store)
            fault_point("job.flushed")
            store = work.layers[0].store
            if self._stores.ledger.publish(work.job, n_pages=n_pages, store=store):
                fault_point("job.published")
                self._tell(work)

    def _tell(self, work: Work) -> None:
        """Have readers prepare; whatever keeps them from it they meet, and tell, when they read."""
        try:
            self._published(work.layers, work.job.generation)
        except PagesightError as error:
            told = {"job": str(work.job.id), "code": error.code}
            logger.warning("published, not prepared for readers", extra=told)


class PageFailures(DocumentRejected):
    """No page of the document could be read; carries the first page's reason."""

    def __init__(self, first: Failure) -> None:
        super().__init__(first.message)
        self.code = first.code


def _begun(job: Job) -> str:
    """Say what an attempt begins, and how far the ones before it came."""
    if not job.stage:
        return "indexing"
    return f"indexing, last at {job.stage!r} behind page {job.pages_done} of {job.pages_total},"
