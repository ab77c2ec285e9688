"""A corpus laid out by hand, to check questions against."""

from api.schemas import DocumentDetails, ErrorBody, FailedPage
from eval.checking.corpus import Corpus, CorpusPage
from tests.answer.conftest import lay


def corpus(**pages: list[list[str]]) -> Corpus:
    """Documents by name, each a list of pages, each a list of lines."""
    read = {
        (stem, number): CorpusPage((stem, number), f"id-{stem}", f"{stem}.pdf", lay(lines))
        for stem, listed in pages.items()
        for number, lines in enumerate(listed, 1)
    }
    return Corpus(read, {stem: details(stem, len(listed)) for stem, listed in pages.items()})


def details(
    stem: str, n_pages: int, *, failed: str | None = None, failed_page: int | None = None
) -> DocumentDetails:
    """A document as the service shows it, with what failed."""
    pages = [] if failed_page is None else [FailedPage(page=failed_page, code="x", message="torn")]
    return DocumentDetails(
        id=f"id-{stem}",
        name=f"{stem}.pdf",
        state="ready" if failed is None else "failed",
        pages=n_pages,
        error=None if failed is None else ErrorBody(code="corrupt", message=failed),
        metadata={},
        failed_pages=pages,
    )
