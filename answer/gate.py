"""Whether the documents found can hold an answer at all, asked before anybody writes one.

A passage that looks like an answer is found for nearly every question; what tells a question that
the documents do not answer is what they do not *know*. Three rules are about whole documents, as
the page that answers seldom repeats what its document is about:

1. One document must know every name and every number of the question.
2. It must know a good part of the other words too; they may be put differently.
3. A document in another language than the question shares little but names with it, so the second
   rule looks at words in capitals there; a description, which asks nothing, is free of it.

Before these, one rule about pages: where a document is in the question's language, one of the pages
found must fit the question better than pages fit questions about something else. A description is
free of this too: what a picture shows is seldom what its page says.

The first is how systems for reading comprehension turn a question unanswerable: an entity or a
number swapped for one that the text lacks (Rajpurkar, Jia and Liang, "Know What You Don't Know:
Unanswerable Questions for SQuAD", 2018, table 2).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from answer.answers import EvidencePage
from answer.languages import language_of
from answer.needs import Need, Needs, read_needs
from answer.terms import fold, likeness, tokens
from index.encoders.lexical import LexicalEncoder

ENOUGH = 0.5
SHORTEST_ALIKE = 5
_LETTERS = re.compile(r"[^\W\d_]+")
_SMALL = frozenset({"of", "and", "for", "the", "in", "on", "de", "der", "des", "und", "la", "et"})


class Gate:
    """Lets through the pages that can hold an answer.

    Args:
        language: ISO code that picks the stemmer.
        threshold: evidence below it is not enough.
    """

    def __init__(self, *, language: str = "en", threshold: float = ENOUGH) -> None:
        self._lexical = LexicalEncoder(language)
        self._threshold = threshold

    def needs(self, question: str) -> Needs:
        """What a document must know to answer the question."""
        return read_needs(question, self._lexical)

    def admit(self, needs: Needs, pages: Sequence[EvidencePage]) -> list[EvidencePage]:
        """The pages, best first, whose documents know enough; none where the answer is a refusal.

        Documents in the question's language come first: where one of them has evidence at all,
        the others are let through only beside it.
        """
        found: dict[str, float] = {}
        native: dict[str, float] = {}
        for document in dict.fromkeys(page.document for page in pages):
            mine = _Document.of([p for p in pages if p.document == document], self._lexical)
            found[document] = evidence(needs, mine)
            if mine.language == needs.language:
                native[document] = found[document]
        if native and needs.asks and not any(page.relevance for page in pages):
            return []
        judged = native if any(native.values()) else found
        if max(judged.values(), default=0.0) < self._threshold:
            return []
        return [page for page in pages if found[page.document] > 0]


@dataclass(frozen=True, slots=True)
class _Document:
    """What is known of a document.

    Attributes:
        terms: of its pages that were found.
        elsewhere: further terms of the question that it holds.
        name: letters of its name.
        texts: of its pages that were found.
        language: ISO code, None where it cannot be told.
    """

    terms: frozenset[str]
    elsewhere: frozenset[str]
    name: str
    texts: tuple[str, ...]
    language: str | None

    @classmethod
    def of(cls, pages: Sequence[EvidencePage], lexical: LexicalEncoder) -> Self:
        """Read what some pages of a document tell of it."""
        texts = tuple(" ".join(word.text for word in page.words.words) for page in pages)
        return cls(
            terms=frozenset(lexical.terms(" ".join(texts))),
            elsewhere=frozenset().union(*(page.known for page in pages)),
            name=fold(pages[0].name),
            texts=texts,
            language=language_of(_LETTERS.findall(" ".join(texts))),
        )

    def knows(self, need: Need) -> bool:
        """Whether the need stands somewhere in the document, or in its name."""
        held = self.terms | self.elsewhere
        if any(form in held or (len(form) > 2 and form in self.name) for form in need.forms):
            return True
        return self._holds_pieces(need) or self._holds_alike(need) or self._spells_out(need)

    def _holds_pieces(self, need: Need) -> bool:
        written = f" {' '.join(need.pieces)} "
        return len(need.pieces) > 1 and any(
            written in f" {' '.join(tokens(text))} " for text in self.texts
        )

    def _holds_alike(self, need: Need) -> bool:
        """An inflected or misread word; short names are alike by chance."""
        text = need.forms[0]
        if need.kind == "name" and len(text) < SHORTEST_ALIKE:
            return False
        return any(likeness(text, term) > 0 for term in self.terms)

    def _spells_out(self, need: Need) -> bool:
        """Chief Executive Officer, for CEO."""
        text = need.text
        is_acronym = len(text) > 2 and text.isalpha() and text.isupper()
        return is_acronym and any(text in _initials(one) for one in self.texts)


def evidence(needs: Needs, document: _Document) -> float:
    """How much speaks for an answer in the document, 0 to 1: the share of the needs that it knows.

    0 where it lacks a name or a number. Of a document in another language only the words in
    capitals count, where there are some; to a description, what it shares at all.
    """
    known = {need for need in needs.all if document.knows(need)}
    if any(need.is_specific and need not in known for need in needs.all):
        return 0.0
    if not needs.asks:
        return float(bool(known))
    capitals = [need for need in needs.all if need.has_capital]
    counted = capitals if capitals and document.language != needs.language else needs.all
    return sum(need in known for need in counted) / len(counted) if counted else 0.0


def _initials(text: str) -> str:
    """Initials of words in capitals; a word without one parts them."""
    kept = (word for word in _LETTERS.findall(text) if word not in _SMALL)
    return "".join(word[0] if word[0].isupper() else " " for word in kept)
