"""Where on a page a question finds what it asks for."""

from uuid import UUID

from api.holdings.holdings import Holdings
from api.questions.pages import Pages
from index.catalog.catalog import Catalog
from index.errors import PageNotFound
from retrieval.heatmap import PageHeat, row_heat
from retrieval.search import Searcher


class HeatMaps:
    """Makes heat maps of pages.

    Args:
        catalog: says which generation of a document is the one to be seen.
        pages: has their pictures.
        holdings: opens collections.
        searcher: has the rows of pages and questions.
    """

    def __init__(
        self, catalog: Catalog, pages: Pages, holdings: Holdings, searcher: Searcher
    ) -> None:
        self._catalog = catalog
        self._pages = pages
        self._holdings = holdings
        self._searcher = searcher

    def of_page(
        self, collection: str, document: UUID, page: int, query: str, *, token: int | None = None
    ) -> PageHeat:
        """Show where on a page a question finds what it asks for.

        Raises:
            PageNotFound: the document has no such page, or the page could not be read.
            InvalidRequest: the question is empty, or has no such token.
        """
        generation = self._catalog.document(collection, document).generation
        if generation is None:
            raise PageNotFound(f"document {document} has no pages yet")
        picture = self._pages.image(generation, page)
        question, rows = self._holdings.read(
            collection, lambda found: self._searcher.page_rows(found, generation, page, query)
        )
        heat = row_heat(question, rows.vectors, token=token)
        return PageHeat(question.tokens, heat, rows.boxes, picture)
