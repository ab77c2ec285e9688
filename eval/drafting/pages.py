"""The documents that questions are drafted from: their pages, title and language."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from answer.layout import Block, read_blocks, read_lines, readable
from answer.sentences import ends
from answer.terms import tokens
from api.desk import Desk
from api.documents.page_words import as_page_words
from api.schemas import DocumentDetails
from index.encoders.stop_words import STOP_WORDS
from index.records import PageWords

MIN_WORDS = 20  # a page with fewer says too little to ask about
MAX_TITLE_WORDS = 14
ALIKE = 0.9  # of the largest letters
TITLE_ENDS = 0.5  # of the first page, from its top


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A page of a document; pages count from 1."""

    number: int
    words: PageWords

    @property
    def text(self) -> str:
        """Its words, joined by spaces."""
        return " ".join(word.text for word in self.words.words)


@dataclass(frozen=True, slots=True)
class DraftDocument:
    """A document to draft questions from.

    Attributes:
        id: its id in the service.
        stem: the file's name without its ending.
        title: what questions call it.
        language: of its words, one of those that questions are put in.
        pages: those with words enough.
    """

    id: str
    stem: str
    title: str
    language: str
    pages: tuple[DraftPage, ...]


def read_documents(
    desk: Desk, collection: str, found: Sequence[DocumentDetails], languages: Sequence[str]
) -> list[DraftDocument]:
    """Read the documents that are ready, each under a title of its own.

    Args:
        desk: where they are.
        collection: that they are in.
        found: the documents.
        languages: that questions can be put in; the first one wins a tie.
    """
    pages = {one.id: _pages(desk, collection, one) for one in found if one.state == "ready"}
    titles = _titles({one.id: (one.name, pages[one.id]) for one in found if one.id in pages})
    return [
        DraftDocument(
            one.id,
            PurePath(one.name).stem,
            titles[one.id],
            language_of((page.text for page in pages[one.id]), languages),
            tuple(page for page in pages[one.id] if len(page.words.words) >= MIN_WORDS),
        )
        for one in found
        if one.id in pages
    ]


def language_of(texts: Iterable[str], languages: Sequence[str]) -> str:
    """Return which of the languages has most of its stop words in the texts."""
    words = [word for text in texts for word in re.findall(r"[^\W\d_]+", text.casefold())]
    return max(languages, key=lambda code: sum(word in STOP_WORDS[code] for word in words))


def title_of(page: PageWords) -> str | None:
    """Return what stands largest in the upper part of a page, if it reads like a title.

    Words that OCR read are no title: it errs most often in large and decorated letters. Neither are
    those that share their size with several others: they are headings.
    """
    if page.source != "text_layer":
        return None
    blocks = [block for block in read_blocks(read_lines(page.words)) if _is_level(block)]
    if not blocks:
        return None
    largest = max(block.lines[0].height for block in blocks)
    alike = [block for block in blocks if block.lines[0].height > ALIKE * largest]
    if len(alike) > 2 or alike[0].box.top > TITLE_ENDS:
        return None
    text = readable(page.words, alike[0].words)
    n_letters = [sum(c.isalpha() for c in word) for word in text.split()]
    reads = sum(n >= 3 for n in n_letters) >= 3 and len(n_letters) <= MAX_TITLE_WORDS
    return text if reads and not ends(text) and not text.endswith(":") else None


def _is_level(block: Block) -> bool:
    """Words that run across the page and are no table line."""
    box = block.lines[0].box
    return not block.is_tabular and box.right - box.left > box.bottom - box.top


def _pages(desk: Desk, collection: str, document: DocumentDetails) -> tuple[DraftPage, ...]:
    failed = {page.page for page in document.failed_pages}
    return tuple(
        DraftPage(number, as_page_words(desk.page_words(collection, document.id, number)))
        for number in range(1, document.pages + 1)
        if number not in failed
    )


def _titles(found: dict[str, tuple[str, tuple[DraftPage, ...]]]) -> dict[str, str]:
    """Each document's title; the file's name where it has none or shares it with another."""
    titles = {
        one: title_of(pages[0].words) if pages and pages[0].number == 1 else None
        for one, (_, pages) in found.items()
    }
    counts = Counter(_folded(title) for title in titles.values() if title)
    return {
        one: title if title and counts[_folded(title)] == 1 else PurePath(found[one][0]).stem
        for one, title in titles.items()
    }


def _folded(text: str) -> str:
    return " ".join(tokens(text))
