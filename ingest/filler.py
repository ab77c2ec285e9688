"""Rows made anew from the pages that are kept: no rendering and no OCR.

Pages are read back as they were stored, pictures as JPEG, so that patch rows differ a little from
those of a page that was just rendered.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager

import numpy as np
from PIL import Image

from index.catalog.entries import Layer, StoredPage
from index.catalog.garbage import Hold
from index.covering import covered
from index.encoders.base import PageContent
from index.encoders.context import document_context
from index.errors import IndexIncomplete
from index.faults import fault_point
from index.manifest import EncoderOf
from index.records import PageWords
from index.words import page_text
from ingest.layers import count_rows, encode_layers
from ingest.segmenting import Segmenter
from ingest.stores import Stores
from ingest.work import Kept

FILL_PAGES = 8


class Filler:
    """Puts kept pages into an index.

    Args:
        stores: where pages come from and rows go.
        encoder_of: opens the encoder that an index is built with.
    """

    def __init__(self, stores: Stores, encoder_of: EncoderOf) -> None:
        self._stores = stores
        self._encoder_of = encoder_of
        self._segmenter = Segmenter(stores)

    def fill(self, layers: Sequence[Layer], kept: Kept) -> Iterator[int]:
        """Put in what is lacking, a chunk at a time, and note it; yields the pages of each chunk.

        Ends early when the generation is not in its state any more.

        Args:
            layers: of the index; what is noted is noted of the first one's store.
            kept: whose pages.

        Raises:
            IndexIncomplete: a store lost points on the way.
        """
        stores = self._stores
        pages = stores.catalog.pages(kept.generation)
        context = document_context(kept.name, stores.first_words(pages))
        readable = [page for page in pages if page.failure is None]
        noted = layers[0].store
        done = stores.fillings.pages_done(noted, kept.generation)
        while chunk := readable[done : done + FILL_PAGES]:
            contents = [(page.number, self._content(page)) for page in chunk]
            called = page_text(context)
            made = encode_layers(layers, self._encoder_of, contents, called=called)
            with self._hold(kept) as hold:
                if not hold:
                    return
                for one in made:
                    hold.go_on()
                    stores.vectors.put_pages(one.layer.store, kept.generation, one.points)
                fault_point("fill.points_put")
                hold.go_on()
                done += len(chunk)
                if kept.state == "building":
                    stores.fillings.note_rows(kept.generation, count_rows(made))
                stores.fillings.note(noted, kept.generation, done)
            fault_point("fill.noted")
            yield len(chunk)
        self._put_contexts(layers, kept, context, n_pages=len(readable))
        if kept.state == "live":  # what is being built is complete later
            self._segmenter.keep(layers, kept)
        with self._hold(kept) as hold:
            if hold:
                stores.fillings.note(noted, kept.generation, done, is_complete=True)

    def _hold(self, kept: Kept) -> AbstractContextManager[Hold]:
        return self._stores.garbage.hold(kept.generation, state=kept.state, lease=kept.lease)

    def _content(self, page: StoredPage) -> PageContent:
        packed = self._stores.blobs.read(page.image_sha256 or "")
        with Image.open(io.BytesIO(packed)) as picture:
            image = np.asarray(picture.convert("RGB"))
        words = self._stores.words(page)
        return PageContent(covered(image, words.set_aside), words)

    def _put_contexts(
        self, layers: Sequence[Layer], kept: Kept, context: PageWords, *, n_pages: int
    ) -> None:
        stores, noted = self._stores, layers[0].store
        rows = [self._encoder_of(layer.manifest).encode_context(context) for layer in layers]
        with self._hold(kept) as hold:
            if not hold:
                return
            for layer, made in zip(layers, rows, strict=True):
                hold.go_on()
                stores.vectors.put_context(layer.store, kept.generation, made)
                stores.vectors.flush(layer.store)
                n_points = stores.vectors.count_pages(layer.store, kept.generation)
                if n_points != n_pages:
                    stores.fillings.note(noted, kept.generation, 0)
                    raise IndexIncomplete(
                        f"{n_pages} pages of {kept.name!r} were stored, {n_points} are there; "
                        "start again, they will be stored anew"
                    )
