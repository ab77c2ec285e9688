"""A model's claims held against the pages that it was shown.

The words of a page decide whether a quote stands there, and where. Nothing that the model says
about places is used: an unverified citation has the box of the region that made its page match.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from answer.answers import Answer, Citation, EvidencePage, Sentence
from answer.citations import MAX_QUOTE_CHARACTERS, cite, find_quote
from answer.plain_text import plain_text
from answer.reply import Claim, Quote
from index.records import Box

WHOLE_PAGE = Box(0.0, 0.0, 1.0, 1.0)


def verified(claims: Sequence[Claim], shown: Mapping[str, EvidencePage], model: str) -> Answer:
    """The answer that the claims make, with its citations found on the pages shown.

    Args:
        claims: sentences and what they say to stand on; at least one.
        shown: pages by their label.
        model: who wrote the claims.
    """
    places: dict[Citation, int] = {}
    sentences = []
    for claim in claims:
        found = [c for quote in claim.quotes if (c := _citation(quote, shown)) is not None]
        at = [places.setdefault(citation, len(places)) for citation in found]
        sentences.append(Sentence(claim.text, tuple(dict.fromkeys(at))))
    citations = tuple(places)
    return Answer(
        text=" ".join(sentence.text for sentence in sentences),
        refused=False,
        grounded=all(_holds(sentence, citations) for sentence in sentences),
        citations=citations,
        model=model,
        sentences=tuple(sentences),
    )


def unverified(prose: str, model: str) -> Answer:
    """An answer that points at nothing."""
    return Answer(
        text=prose,
        refused=False,
        grounded=False,
        citations=(),
        model=model,
        sentences=(Sentence(prose, ()),),
    )


def _holds(sentence: Sentence, citations: Sequence[Citation]) -> bool:
    return bool(sentence.citations) and all(citations[i].is_verified for i in sentence.citations)


def _citation(quote: Quote, shown: Mapping[str, EvidencePage]) -> Citation | None:
    """The quote on the page that it names; None when no page was shown by that name."""
    page = shown.get(quote.page_label)
    text = plain_text(quote.text)[:MAX_QUOTE_CHARACTERS]
    if page is None or not text:
        return None
    positions = find_quote(quote.text, page.words.words, near=page.regions)
    if positions is not None:
        return cite(page, positions)
    box = page.regions[0] if page.regions else WHOLE_PAGE
    return replace(Citation(page.document, page.name, page.page, box, text), is_verified=False)
