"""Questions drafted by rules: each fact that a page states plainly, put as a question."""

from collections.abc import Iterator, Mapping, Sequence

from answer.layout import read_blocks, read_lines, spell
from answer.passages import read_passages
from answer.terms import tokens
from eval.drafting.captions import caption_facts
from eval.drafting.choosing import choose, without_doubles
from eval.drafting.facts import Fact, positions_of
from eval.drafting.pages import DraftDocument, DraftPage
from eval.drafting.phrases import put
from eval.drafting.proposals import Asked, Proposal, propose
from eval.drafting.sentences import field_facts, sentence_facts
from eval.drafting.tables import table_facts


def draft(documents: Sequence[DraftDocument], *, per_document: int, seed: int) -> list[Proposal]:
    """Propose questions that the documents answer, at most so many a document."""
    texts = {one.id: _plain(" ".join(page.text for page in one.pages)) for one in documents}
    found = without_doubles(
        proposal
        for document in documents
        for page in document.pages
        for proposal in _proposals(document, page, texts)
    )
    return [
        proposal
        for document in documents
        for proposal in choose(
            [one for one in found if one.doc == document.stem], per_document, seed=seed
        )
    ]


def page_facts(page: DraftPage, language: str) -> list[Fact]:
    """Return what a page states plainly."""
    words = page.words.words
    blocks, passages = read_blocks(read_lines(words)), read_passages(page.words)
    return [
        *field_facts(blocks),
        *sentence_facts(passages, language),
        *table_facts(words, blocks),
        *caption_facts(words, blocks),
    ]


def is_unmistakable(subject: str, language: str, document: str, texts: Mapping[str, str]) -> bool:
    """Tell whether a subject bears a name, and stands in no other document.

    Args:
        subject: what is asked about.
        language: of the document; German capitals say nothing.
        document: id of the document.
        texts: of every document, by id, as `tokens` joined by spaces.
    """
    later = subject.split()[1:]
    is_name = any(c.isdigit() for c in subject) or (
        language != "de" and any(word[0].isupper() for word in later)
    )
    wanted = _plain(subject)
    return is_name and not any(
        f" {wanted} " in f" {text} " for one, text in texts.items() if one != document
    )


def _proposals(
    document: DraftDocument, page: DraftPage, texts: Mapping[str, str]
) -> Iterator[Proposal]:
    words = page.words.words
    for fact in page_facts(page, document.language):
        quote = spell(words, fact.words)
        named = fact.kind in ("definition", "figure", "date") and is_unmistakable(
            fact.subject, document.language, document.id, texts
        )
        query = put(fact, document.language, quote, None if named else document.title)
        if not set(tokens(fact.answer)) <= set(tokens(query)):
            place = positions_of(fact.answer, words, fact.words)
            yield propose(document, page, Asked(query, fact.answer, quote, fact.evidence), place)


def _plain(text: str) -> str:
    return " ".join(tokens(text))
