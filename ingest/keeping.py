"""Pages that were read, stored in chunks: rows, then pictures and words, then a note of them.

A page counts as done once it is noted, so that a chunk whose worker died is stored again, over what
is there of it.
"""

import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from PIL import Image

from index.catalog.entries import Failure, StoredPage
from index.catalog.garbage import Hold
from index.covering import covered
from index.encoders.base import PageContent
from index.encoders.context import document_context
from index.faults import fault_point
from index.manifest import EncoderOf
from index.records import PageWords
from index.watch import Watch
from index.words import encode_words, page_text
from ingest.layers import LayerPoints, count_rows, encode_layers
from ingest.reading import PageFailed, PageOutcome, PageRead
from ingest.stores import NO_WORDS, Stores, WorkInterrupted
from ingest.work import Work

JPEG_QUALITY = 85


class PageKeeper:
    """Stores chunks of pages.

    Args:
        stores: where they go.
        encoder_of: opens the encoder that a collection was built with.
        watch: is told of the steps.
    """

    def __init__(self, stores: Stores, encoder_of: EncoderOf, watch: Watch) -> None:
        self._stores = stores
        self._encoder_of = encoder_of
        self._watch = watch

    def keep(self, work: Work, chunk: Sequence[PageOutcome], *, with_rows: bool) -> None:
        """Store a chunk; twice equals once.

        Args:
            work: what it belongs to.
            chunk: pages in order.
            with_rows: whether rows are made of them now, or later from what is kept.

        Raises:
            WorkInterrupted: the work is not ours any more.
        """
        read = [page for page in chunk if isinstance(page, PageRead)]
        made = self._encode(work, chunk[0], read) if with_rows else []
        fault_point("chunk.encoded")
        failed = [_failed_page(page) for page in chunk if isinstance(page, PageFailed)]
        with self._watch.step("ingest.store"), self.building(work) as hold:
            for one in made:
                hold.go_on()
                self._stores.vectors.put_pages(one.layer.store, work.job.generation, one.points)
            fault_point("chunk.points_put")
            n_rows = count_rows(made)
            stored = [self._stored_page(page, n_rows.get(page.number, 0), hold) for page in read]
            fault_point("chunk.blobs_put")
            hold.go_on()
            self._stores.catalog.put_pages(work.job.generation, stored + failed)
        fault_point("chunk.noted")

    @contextmanager
    def building(self, work: Work) -> Iterator[Hold]:
        """Keep what is stored meanwhile from being collected, and the work from being taken over.

        Raises:
            WorkInterrupted: the job was cancelled, its document deleted, or somebody else
                started it.
        """
        with self._stores.garbage.hold(work.job.generation, lease=work.job.lease) as hold:
            if not hold:
                raise WorkInterrupted
            yield hold

    def _encode(
        self, work: Work, first: PageOutcome, read: Sequence[PageRead]
    ) -> list[LayerPoints]:
        called = page_text(self._context(work, first))
        contents = [(page.number, _content(page)) for page in read]
        with self._watch.step("ingest.encode"):
            return encode_layers(work.layers, self._encoder_of, contents, called=called)

    def _context(self, work: Work, first: PageOutcome) -> PageWords:
        """Return the words of the document's name and title, from its first page."""
        if first.number == 1:
            words = first.words if isinstance(first, PageRead) else NO_WORDS
        else:
            words = self._stores.first_words(self._stores.catalog.pages(work.job.generation))
        return document_context(work.name, words)

    def _stored_page(self, page: PageRead, n_rows: int, hold: Hold) -> StoredPage:
        height_px, width_px, _ = page.image.shape
        hold.go_on()
        image = self._stores.blobs.put(as_jpeg(page))
        hold.go_on()
        words = self._stores.blobs.put(encode_words(page.words))
        return StoredPage(
            number=page.number,
            image_sha256=image.sha256,
            words_sha256=words.sha256,
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


def _failed_page(page: PageFailed) -> StoredPage:
    return StoredPage(page.number, failure=Failure(page.error.code, str(page.error)))


def _content(page: PageRead) -> PageContent:
    return PageContent(covered(page.image, page.words.set_aside), page.words)


def as_jpeg(page: PageRead) -> bytes:
    """Pack a page's picture; into a real file, for which Pillow lets other threads go on."""
    with _file_in_memory() as packed:
        Image.fromarray(page.image).save(packed, "JPEG", quality=JPEG_QUALITY)
        packed.seek(0)
        return packed.read()


def _file_in_memory() -> IO[bytes]:
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("page"), "w+b")
    return io.BytesIO()
