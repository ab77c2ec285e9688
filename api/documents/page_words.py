"""The words of a page as JSON, from what is stored and back."""

from uuid import UUID

from api.documents.page_bodies import PageWordsBody, WordBody
from api.service import Service
from index.records import Box, PageWords, Word
from index.words import decode_words


def words_body(service: Service, collection: str, document: UUID, page: int) -> PageWordsBody:
    """Show the words of a page.

    Raises:
        DocumentNotFound: the collection has no such document.
        PageNotFound: the document has no such page, or the page could not be read.
    """
    stored = service.catalog.page(collection, document, page)
    found = decode_words(service.blobs.read(stored.words_sha256 or ""))
    words = [WordBody(text=word.text, box=word.box, line=word.line) for word in found.words]
    return PageWordsBody(source=found.source, hidden=found.n_hidden, words=words)


def as_page_words(body: PageWordsBody) -> PageWords:
    """Read the words of a page from their JSON."""
    words = tuple(Word(word.text, Box(*word.box), word.line) for word in body.words)
    return PageWords(words, body.source, body.hidden)
