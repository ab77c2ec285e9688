"""What is kept of a page that was found: its words and its picture."""

from functools import lru_cache
from uuid import UUID

from answer.answers import EvidencePage
from index.blobs import LocalBlobs
from index.catalog.catalog import Catalog
from index.records import PageWords
from index.words import decode_words
from retrieval.hits import Hit

REMEMBERED = 1024  # pages whose words were read last


class Pages:
    """Reads words and pictures of pages.

    Args:
        catalog: says which bytes are a page's.
        blobs: has them.
    """

    def __init__(self, catalog: Catalog, blobs: LocalBlobs) -> None:
        self._catalog = catalog
        self._blobs = blobs
        self.words = lru_cache(maxsize=REMEMBERED)(self._read_words)

    def image(self, generation: UUID, page: int) -> bytes:
        """Return a page's picture as JPEG."""
        stored = self._catalog.generation_page(generation, page)
        return self._blobs.read(stored.image_sha256 or "")

    def evidence(self, hit: Hit, known: frozenset[str]) -> EvidencePage:
        """Return a found page as the answerers see it; `known` terms stand in its document."""
        return EvidencePage(
            document=str(hit.document),
            name=hit.name,
            page=hit.page,
            words=self.words(hit.generation, hit.page),
            relevance=hit.relevance,
            image=lambda: self.image(hit.generation, hit.page),
            known=known,
            regions=tuple(region.box for region in hit.regions),
        )

    def _read_words(self, generation: UUID, page: int) -> PageWords:
        stored = self._catalog.generation_page(generation, page)
        return decode_words(self._blobs.read(stored.words_sha256 or ""))
