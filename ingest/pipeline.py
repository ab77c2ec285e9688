"""One document from bytes to searchable: read, encode, store, verify, publish.

Pages go through in chunks. A chunk's points are stored first and its pages noted in the catalog
after; a job that is run again therefore starts behind the last noted page. Readers see none of it
until the generation is published, in one catalog update.
"""

import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from uuid import UUID

from PIL import Image

from index.catalog.entries import Failure, Job, Layer, StoredPage
from index.catalog.garbage import DeadGeneration
from index.covering import covered
from index.encoders.base import PageContent
from index.encoders.context import document_context
from index.errors import (
    DocumentRejected,
    IndexSwitched,
    JobNotFound,
    PagesightError,
    Unavailable,
    VectorStoreUnavailable,
)
from index.faults import fault_point
from index.manifest import EncoderOf
from index.records import PageWords
from index.watch import NOBODY, Watch
from index.words import encode_words, page_text
from ingest.ahead import ahead, chunked, watched
from ingest.attempts import Attempt
from ingest.filler import Filler, Kept
from ingest.layers import encode_layers
from ingest.reading import PageFailed, PageOutcome, PageRead, Reader
from ingest.stores import NO_WORDS, Stores, WorkInterrupted

logger = logging.getLogger(__name__)

CHUNK_PAGES = 8
JPEG_QUALITY = 85


class Indexer:
    """Runs indexing jobs.

    Args:
        stores: where documents come from and go.
        reader: turns files into pages.
        encoder_of: opens the encoder that a collection was built with.
        min_free_bytes: below this much free disk nothing new is written.
        published: called with the layers and the generation that readers see from now on.
        watch: is told of the stages.
    """

    def __init__(
        self,
        stores: Stores,
        reader: Reader,
        encoder_of: EncoderOf,
        *,
        min_free_bytes: int,
        published: Callable[[Sequence[Layer], UUID], None] = lambda _layers, _generation: None,
        watch: Watch = NOBODY,
    ) -> None:
        self._stores = stores
        self._reader = reader
        self._encoder_of = encoder_of
        self._filler = Filler(stores, encoder_of)
        self._min_free_bytes = min_free_bytes
        self._published = published
        self._watch = watch
        self.stopping = Event()

    def run(self, job_id: UUID) -> None:
        """Index the job's document; whatever happens, the job ends or stays open for a retry."""
        try:
            job = self._stores.ledger.start(job_id)
        except JobNotFound:
            logger.info("job is gone with its collection", extra={"job": str(job_id)})
            return
        if job.state == "running":
            fault_point("job.started")
            attempt = Attempt(
                "job", job.id, "indexing", job.attempts, partial(self._stores.ledger.fail, job)
            )
            attempt.run(lambda: self._index(job))
        self.collect_garbage()

    def collect_garbage(self) -> None:
        """Remove the points and blobs that no reader can reach any more."""
        for dead in self._stores.garbage.dead_generations():
            for store in self._stores.catalog.stores(dead.collection):
                self._delete_points(store, dead)
            fault_point("garbage.points_gone")
            self._stores.garbage.forget(dead.id, self._stores.blobs.delete)
            fault_point("garbage.forgotten")

    def _delete_points(self, store: str, dead: DeadGeneration) -> None:
        try:
            self._stores.vectors.delete_generation(store, dead.id)
        except VectorStoreUnavailable:
            if store in self._stores.catalog.stores(dead.collection):
                raise  # else the whole store was dropped meanwhile

    def _index(self, job: Job) -> None:
        with suppress(IndexSwitched):
            self._index_once(job)
            return
        self._index_once(job)  # its pages are kept: only their rows are made again

    def _index_once(self, job: Job) -> None:
        stores = self._stores
        collection = stores.catalog.collection(job.collection)
        source = stores.ledger.source(job)
        work = _Work(job, source.name, collection.layers)
        with stores.blobs.file(source.sha256) as path:
            n_pages = self._reader.probe(path).n_pages
            self._read_chunks(work, path, n_pages)
        pages = stores.catalog.pages(job.generation)
        self._fill(work, pages)
        self._store_context(work, pages)
        self._verify(work, pages, n_pages)
        fault_point("job.verified")
        with self._watch.step("ingest.publish"):
            for layer in work.layers:
                stores.vectors.flush(layer.store)
            fault_point("job.flushed")
            if stores.ledger.publish(job, n_pages=n_pages, store=work.layers[0].store):
                fault_point("job.published")
                self._tell(work)

    def _tell(self, work: "_Work") -> None:
        """Have readers prepare; whatever keeps them from it they meet, and tell, when they read."""
        try:
            self._published(work.layers, work.job.generation)
        except PagesightError as error:
            told = {"job": str(work.job.id), "code": error.code}
            logger.warning("published, not prepared for readers", extra=told)

    def _read_chunks(self, work: "_Work", path: Path, n_pages: int) -> None:
        done = len(self._stores.catalog.pages(work.job.generation))
        self._note_progress(work, done, n_pages)
        if done == n_pages:
            return
        language = "+".join(work.layers[0].manifest.language)
        outcomes = self._reader.read_pages(
            path, done + 1, n_pages, language=language, name=work.name
        )
        read = watched(chunked(outcomes, CHUNK_PAGES), self._watch, "ingest.read")
        with closing(outcomes), closing(ahead(read)) as chunks:
            for chunk in chunks:
                fault_point("chunk.read")
                self._stores.blobs.check_room(self._min_free_bytes)
                self._store_chunk(work, chunk, context=self._context(work, chunk[0]))
                done += len(chunk)
                self._note_progress(work, done, n_pages)

    def _note_progress(self, work: "_Work", done: int, n_pages: int) -> None:
        """Say how far the work is.

        Raises:
            WorkInterrupted: the job was cancelled, its document deleted, or the worker is stopping.
        """
        goes_on = self._stores.ledger.progress(
            work.job.id, stage="reading", pages_done=done, pages_total=n_pages
        )
        if self.stopping.is_set() or not goes_on:
            raise WorkInterrupted

    def _fill(self, work: "_Work", pages: Sequence[StoredPage]) -> None:
        """Make rows for pages that were read while another index answered."""
        count = self._stores.vectors.count_pages
        n_points = {count(layer.store, work.job.generation) for layer in work.layers}
        if n_points == {sum(page.failure is None for page in pages)}:
            return
        kept = Kept(work.job.generation, work.name, "building")
        for _ in self._filler.fill(work.layers, kept):
            self._note_progress(work, len(pages), len(pages))

    def _context(self, work: "_Work", first: PageOutcome) -> PageWords:
        """Return the words of the document's name and title, from its first page."""
        if first.number == 1:
            words = first.words if isinstance(first, PageRead) else NO_WORDS
        else:
            words = self._stores.first_words(self._stores.catalog.pages(work.job.generation))
        return document_context(work.name, words)

    def _store_chunk(
        self, work: "_Work", chunk: Sequence[PageOutcome], *, context: PageWords
    ) -> None:
        read = [page for page in chunk if isinstance(page, PageRead)]
        contents = [(page.number, _content(page)) for page in read]
        called = page_text(context)
        with self._watch.step("ingest.encode"):
            made = encode_layers(work.layers, self._encoder_of, contents, called=called)
        fault_point("chunk.encoded")
        failed = [_failed_page(page) for page in chunk if isinstance(page, PageFailed)]
        with self._watch.step("ingest.store"), self._building(work):
            for one in made:
                self._stores.vectors.put_pages(one.layer.store, work.job.generation, one.points)
            fault_point("chunk.points_put")
            stored = [
                self._stored_page(page, n_rows=sum(len(point.rows) for point in points))
                for page, *points in zip(read, *(one.points for one in made), strict=True)
            ]
            fault_point("chunk.blobs_put")
            self._stores.catalog.put_pages(work.job.generation, stored + failed)
        fault_point("chunk.noted")

    @contextmanager
    def _building(self, work: "_Work") -> Iterator[None]:
        """Keep what is stored meanwhile from being collected.

        Raises:
            WorkInterrupted: the job was cancelled or its document deleted.
        """
        with self._stores.garbage.hold(work.job.generation) as is_building:
            if not is_building:
                raise WorkInterrupted
            yield

    def _stored_page(self, page: PageRead, *, n_rows: int) -> StoredPage:
        height_px, width_px, _ = page.image.shape
        return StoredPage(
            number=page.number,
            image_sha256=self._stores.blobs.put(_jpeg(page)).sha256,
            words_sha256=self._stores.blobs.put(encode_words(page.words)).sha256,
            width_px=width_px,
            height_px=height_px,
            n_rows=n_rows,
            n_words=len(page.words.words),
            n_hidden=page.words.n_hidden,
            n_set_aside=len(page.words.set_aside),
            flags=page.words.flags,
            word_source=page.words.source,
            engine=page.engine,
        )

    def _store_context(self, work: "_Work", pages: Sequence[StoredPage]) -> None:
        context = document_context(work.name, self._stores.first_words(pages))
        rows = [self._encoder_of(one.manifest).encode_context(context) for one in work.layers]
        with self._building(work):
            for layer, made in zip(work.layers, rows, strict=True):
                self._stores.vectors.put_context(layer.store, work.job.generation, made)
        fault_point("context.put")

    def _verify(self, work: "_Work", pages: Sequence[StoredPage], n_pages: int) -> None:
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


@dataclass(frozen=True, slots=True)
class _Work:
    job: Job
    name: str
    layers: tuple[Layer, ...]


class PageFailures(DocumentRejected):
    """No page of the document could be read; carries the first page's reason."""

    def __init__(self, first: Failure) -> None:
        super().__init__(first.message)
        self.code = first.code


def _failed_page(page: PageFailed) -> StoredPage:
    return StoredPage(page.number, failure=Failure(page.error.code, str(page.error)))


def _content(page: PageRead) -> PageContent:
    return PageContent(covered(page.image, page.words.set_aside), page.words)


def _jpeg(page: PageRead) -> bytes:
    packed = io.BytesIO()
    Image.fromarray(page.image).save(packed, "JPEG", quality=JPEG_QUALITY)
    return packed.getvalue()
