"""Documents laid out by hand, to draft questions from."""

from eval.drafting.pages import DraftDocument, DraftPage
from tests.answer.conftest import lay

FILLER = "Other lines of the page say little that anyone would ever want to be asked about at all."


def page(*lines: str, number: int = 1) -> DraftPage:
    """A page of these lines and enough others; two spaces part the cells of a table."""
    return DraftPage(number, lay([*lines, "", FILLER]))


def document(
    stem: str, *pages: DraftPage, title: str | None = None, language: str = "en"
) -> DraftDocument:
    """A document of these pages."""
    return DraftDocument(f"id-{stem}", stem, title or stem, language, pages)
