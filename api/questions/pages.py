"""What is kept of a page that was found: its words and its picture."""

from collections.abc import Hashable
from dataclasses import replace
from threading import Lock
from uuid import UUID

from cachetools import LRUCache, cached

from answer.answers import EvidencePage
from api.questions.pictures import scaled, without
from index.blobs.base import Blobs
from index.catalog.catalog import Catalog
from index.records import PageWords
from index.words import decode_words
from retrieval.hits import Hit

REMEMBERED = 100_000  # words on the pages that were read last: some 50 MiB


class Pages:
    """Reads words and pictures of pages.

    Args:
        catalog: says which bytes are a page's.
        blobs: has them.
        remembered: how many words are kept of the pages that were read last.
    """

    def __init__(self, catalog: Catalog, blobs: Blobs, *, remembered: int = REMEMBERED) -> None:
        self._catalog = catalog
        self._blobs = blobs
        kept = LRUCache[tuple[Hashable, ...], PageWords](remembered, _size)
        self.words = cached(kept, lock=Lock())(self._read_words)

    def size(self, generation: UUID, page: int) -> tuple[int, int]:
        """Return width and height of a page's picture in pixels.

        Raises:
            PageNotFound: there is no such page, or it could not be read.
        """
        stored = self._catalog.generation_page(generation, page)
        return stored.width_px, stored.height_px

    def image(self, generation: UUID, page: int) -> bytes:
        """Return a page's picture as JPEG.

        Raises:
            PageNotFound: there is no such page, or it could not be read.
        """
        stored = self._catalog.generation_page(generation, page)
        return self._blobs.read(stored.image_sha256 or "")

    def picture(
        self, collection: str, document: UUID, page: int, *, width: int | None = None
    ) -> bytes:
        """Return a page's picture as JPEG, scaled down to `width` pixels when it is wider.

        Raises:
            DocumentNotFound: the collection has no such document.
            PageNotFound: the document has no such page, or the page could not be read.
        """
        stored = self._catalog.page(collection, document, page)
        picture = self._blobs.read(stored.image_sha256 or "")
        if width is None or width >= stored.width_px:
            return picture
        return scaled(picture, width)

    def evidence(self, hit: Hit, known: frozenset[str]) -> EvidencePage:
        """Return a found page as the answerers see it; `known` terms stand in its document."""
        regions = tuple(region.box for region in hit.regions)
        return replace(self._page(hit, hit.page), known=known, regions=regions)

    def beside(self, hit: Hit, page: int) -> EvidencePage:
        """Return another page of a found page's document, as relevant as that one.

        Raises:
            PageNotFound: there is no such page, or it could not be read.
        """
        return self._page(hit, page)

    def read(self, document: UUID, name: str, generation: UUID, page: int) -> EvidencePage:
        """Return a page that nobody searched for, as relevant as can be.

        Raises:
            PageNotFound: there is no such page, or it could not be read.
        """
        words = self.words(generation, page)
        return EvidencePage(
            document=str(document),
            name=name,
            page=page,
            words=words,
            relevance=1.0,
            image=lambda: without(self.image(generation, page), words.set_aside),
        )

    def _page(self, hit: Hit, page: int) -> EvidencePage:
        found = self.read(hit.document, hit.name, hit.generation, page)
        return replace(found, relevance=hit.relevance)

    def _read_words(self, generation: UUID, page: int) -> PageWords:
        stored = self._catalog.generation_page(generation, page)
        return decode_words(self._blobs.read(stored.words_sha256 or ""))


def _size(words: PageWords) -> int:
    return 1 + len(words.words)
