"""Fields of a JSON schema from chosen documents, one result a document."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from answer.answers import EvidencePage
from answer.extraction.extractor import Extractor
from answer.extraction.model_reader import ModelReader
from answer.extraction.results import Extracted
from answer.extraction.wanted import read_schema
from api.callers.access import OPERATOR, Access
from api.service import Service
from index.catalog.entries import LiveDocument
from index.errors import InvalidRequest, PageNotFound
from retrieval.hits import PageScope

MAX_DOCUMENTS = 100
MAX_PAGES = 1000


@dataclass(frozen=True, slots=True)
class ExtractedDocument:
    """What one document says of the fields."""

    document: UUID
    name: str
    extracted: Extracted


class Extraction:
    """Reads fields from the documents of a service.

    Args:
        service: whose documents.
        max_documents: that one request may read.
        max_pages: of all these documents together.
    """

    def __init__(
        self, service: Service, *, max_documents: int = MAX_DOCUMENTS, max_pages: int = MAX_PAGES
    ) -> None:
        self._service = service
        self._max_documents = max_documents
        self._max_pages = max_pages

    def extract(
        self,
        collection: str,
        schema: dict[str, Any],
        scope: PageScope,
        instructions: str = "",
        *,
        access: Access = OPERATOR,
    ) -> list[ExtractedDocument]:
        """Read the fields of a schema from each document in the scope, in order of id.

        Raises:
            QuotaExceeded: who asks has used up the tokens that they may today.
            CollectionNotFound: no collection has that name.
            DocumentNotFound: a document that is named is not there.
            PageNotFound: a document that is named has no pages yet.
            InvalidSchema: the schema is not understood.
            InvalidRequest: the scope holds too much for one request.
        """
        wanted = read_schema(schema)
        found: list[ExtractedDocument] = []
        with self._paid_reader(access) as reader:
            extractor = Extractor(reader)
            for document, numbers in self._chosen(collection, scope):
                pages = [self._page(document, number) for number in numbers]
                extracted = extractor.extract(wanted, pages, instructions=instructions)
                found.append(ExtractedDocument(document.document, document.name, extracted))
        return found

    @contextmanager
    def _paid_reader(self, access: Access) -> Iterator[ModelReader | None]:
        """Give the model that reads what the words do not settle; what it took is charged."""
        client = self._service.answering.client
        if client is None:
            yield None
            return
        reader = ModelReader(client)
        bill = self._service.purse.open(access, 0)
        try:
            yield reader
        finally:
            self._service.purse.settle(bill, reader.usage, reader.model)

    def _chosen(self, collection: str, scope: PageScope) -> list[tuple[LiveDocument, list[int]]]:
        """The documents with the numbers of their pages that can be read."""
        self._check_named(collection, scope)
        live = self._service.catalog.live_documents(collection, scope.only)
        if len(live) > self._max_documents:
            raise InvalidRequest(
                f"one request reads {self._max_documents} documents at most, "
                f"{len(live)} are chosen; name fewer"
            )
        readable = self._service.catalog.readable_pages([d.generation for d in live])
        chosen = [(d, _within(readable.get(d.generation, []), scope)) for d in live]
        n_pages = sum(len(numbers) for _, numbers in chosen)
        if n_pages > self._max_pages:
            raise InvalidRequest(
                f"one request reads {self._max_pages} pages at most, {n_pages} are chosen; "
                "name fewer documents or a range of pages"
            )
        return chosen

    def _check_named(self, collection: str, scope: PageScope) -> None:
        self._service.collection(collection)
        for named in scope.only.documents if scope.only else ():
            found = self._service.catalog.document(collection, named)
            if found.generation is None:
                raise PageNotFound(f"document {found.name!r} has no pages yet: it is {found.state}")

    def _page(self, document: LiveDocument, number: int) -> EvidencePage:
        pages = self._service.pages
        found = pages.read(document.document, document.name, document.generation, number)
        return found.trusted()


def _within(numbers: list[int], scope: PageScope) -> list[int]:
    return [n for n in numbers if n >= scope.first and (scope.last is None or n <= scope.last)]
