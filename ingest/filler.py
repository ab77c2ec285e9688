"""Rows made anew from the pages that are kept: no rendering and no OCR.

Pages are read back as they were stored, pictures as JPEG, so that patch rows differ a little from
those of a page that was just rendered.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
from PIL import Image

from index.catalog.entries import StoredPage
from index.encoders.base import PageContent
from index.encoders.context import document_context
from index.encoders.lexical import lexical_encoder
from index.errors import IndexIncomplete
from index.manifest import EncoderOf, IndexManifest
from index.records import PageWords
from index.vectors.base import PagePoint
from index.words import page_text
from ingest.stores import Stores

FILL_PAGES = 8


@dataclass(frozen=True, slots=True)
class Target:
    """An index to fill: the vector store's name for it, and what it is built with."""

    store: str
    manifest: IndexManifest


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation whose pages are kept; nothing is stored for it in another state."""

    generation: UUID
    name: str
    state: str


class Filler:
    """Puts kept pages into an index.

    Args:
        stores: where pages come from and rows go.
        encoder_of: opens the encoder that an index is built with.
    """

    def __init__(self, stores: Stores, encoder_of: EncoderOf) -> None:
        self._stores = stores
        self._encoder_of = encoder_of

    def fill(self, target: Target, kept: Kept) -> Iterator[int]:
        """Put in what is lacking, a chunk at a time, and note it; yields the pages of each chunk.

        Ends early when the generation is not in its state any more.

        Raises:
            IndexIncomplete: the store lost points on the way.
        """
        stores = self._stores
        pages = stores.catalog.pages(kept.generation)
        context = document_context(kept.name, stores.first_words(pages))
        readable = [page for page in pages if page.failure is None]
        done = stores.fillings.pages_done(target.store, kept.generation)
        while chunk := readable[done : done + FILL_PAGES]:
            points = self._points(target, chunk, context)
            with stores.garbage.hold(kept.generation, state=kept.state) as is_held:
                if not is_held:
                    return
                stores.vectors.put_pages(target.store, kept.generation, points)
                done += len(chunk)
                stores.fillings.note(target.store, kept.generation, done)
            yield len(chunk)
        self._complete(target, kept, context, n_pages=len(readable))

    def _points(
        self, target: Target, chunk: Sequence[StoredPage], context: PageWords
    ) -> list[PagePoint]:
        contents = [self._content(page) for page in chunk]
        numbered = [(page.number, content) for page, content in zip(chunk, contents, strict=True)]
        rows = self._encoder_of(target.manifest).encode_pages(contents)
        lexical = lexical_encoder(target.manifest.language[0])
        called = page_text(context)
        return [
            PagePoint(number, page_rows, lexical.encode_page(terms_text(called, content.words)))
            for (number, content), page_rows in zip(numbered, rows, strict=True)
        ]

    def _content(self, page: StoredPage) -> PageContent:
        packed = self._stores.blobs.read(page.image_sha256 or "")
        with Image.open(io.BytesIO(packed)) as picture:
            image = np.asarray(picture.convert("RGB"))
        return PageContent(image, self._stores.words(page))

    def _complete(self, target: Target, kept: Kept, context: PageWords, *, n_pages: int) -> None:
        stores = self._stores
        rows = self._encoder_of(target.manifest).encode_context(context)
        with stores.garbage.hold(kept.generation, state=kept.state) as is_held:
            if not is_held:
                return
            stores.vectors.put_context(target.store, kept.generation, rows)
            stores.vectors.flush(target.store)
            n_points = stores.vectors.count_pages(target.store, kept.generation)
            if n_points != n_pages:
                stores.fillings.note(target.store, kept.generation, 0)
                raise IndexIncomplete(
                    f"{n_pages} pages of {kept.name!r} were stored, {n_points} are there; "
                    "start again, they will be stored anew"
                )
            stores.fillings.note(target.store, kept.generation, n_pages, is_complete=True)


def terms_text(called: str, words: PageWords) -> str:
    """The document's name and title help to find what a page says; a blank page says nothing."""
    text = page_text(words)
    return f"{called}\n{text}" if text else ""
