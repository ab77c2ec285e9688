"""Which pages a model is shown under a cap of tokens, and of each page how much.

Pages come best first. A page has several forms, the richest first: the whole page, the page scaled
down as long as its print stays legible, the part that matches at full size, that part scaled down,
and its words alone; where its words do not fit, the matching part with its own words or the
picture alone. A page takes the richest form that fits its share: what the words of the pages
behind it leave. The best page may take half of all whatever the others need, so that a larger cap
never shows less of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from answer.answers import Evidence
from answer.budget.families import ImageFamily
from answer.budget.offers import WHOLE_PAGE, Entry, Kind, PageOffer, Plan, pixels
from answer.budget.words import PER_PART
from index.records import Box

BEST_SHARE = 0.5
PAGE_SCALES = (1.0, 0.9, 0.8, 0.7, 0.6)  # of a page drawn at 144 dpi, 0.6 is 86 dpi
CROP_SCALES = (1.0, 0.8, 0.6)
OVERVIEW_SCALES = (0.5, 0.4)  # without its words a page is better seen badly than not at all


def plan_pages(
    offers: Sequence[PageOffer],
    family: ImageFamily,
    *,
    fixed_tokens: int,
    max_tokens: int,
    evidence: Evidence = "both",
) -> Plan:
    """Choose what is sent of each page.

    Args:
        offers: the pages, best first; neighbours behind the page that brought them.
        family: how the model counts images.
        fixed_tokens: instructions and question.
        max_tokens: the cap of everything.
        evidence: what a page may be sent as.
    """
    menus = [_menu(offer, family, evidence) for offer in offers]
    least = [_least(menu) for menu in menus]
    left = max(0, max_tokens - fixed_tokens)
    entries: list[Entry] = []
    for position, menu in enumerate(menus):
        share = left - sum(least[position + 1 :])
        reserved = BEST_SHARE * left if position == 0 else 0
        room = min(left, max(share, reserved, least[position]))
        chosen = next((entry for entry in menu if entry.tokens <= room), None)
        if chosen is not None:
            entries.append(chosen)
            left -= chosen.tokens
    sent = {entry.key for entry in entries}
    left_out = tuple(offer.key for offer in offers if offer.key not in sent)
    return Plan(tuple(entries), left_out, fixed_tokens, max_tokens)


@dataclass(frozen=True, slots=True)
class _Form:
    """A way to send a page: a part of it at some scale, with or without words."""

    kind: Kind
    box: Box
    scale: float
    has_words: bool
    words_in_box: bool = False


def _forms(offer: PageOffer, evidence: Evidence) -> Iterator[_Form]:
    """The ways to send a page that the evidence allows, richest first."""
    has_image, has_words = evidence != "words", evidence != "image" and offer.word_tokens > 0
    cut_only = offer.is_neighbour and offer.crop is not None
    page_scales = PAGE_SCALES if has_image and not cut_only else ()
    crop_scales = CROP_SCALES if has_image and offer.crop is not None else ()
    part = offer.crop or WHOLE_PAGE
    for scale in page_scales:
        yield _Form("whole" if scale == 1 else "scaled", WHOLE_PAGE, scale, has_words)
    for scale in crop_scales:
        yield _Form("crop", part, scale, has_words)
    if has_words:
        yield _Form("words", WHOLE_PAGE, 0, has_words)
        for scale in (*crop_scales, 0):
            yield _Form("crop" if scale else "words", part, scale, has_words, words_in_box=True)
    if has_image:
        for scale in (*page_scales, *OVERVIEW_SCALES):
            kind: Kind = "whole" if scale == 1 else "scaled"
            yield _Form(kind, WHOLE_PAGE, scale, has_words=False)


def _menu(offer: PageOffer, family: ImageFamily, evidence: Evidence) -> list[Entry]:
    """What the page costs in each form, richest first."""
    entries = (_entry(offer, family, form) for form in _forms(offer, evidence))
    return [entry for entry in entries if entry is not None]


def _entry(offer: PageOffer, family: ImageFamily, form: _Form) -> Entry | None:
    """The page in one form; None where the model refuses the shape of the picture."""
    width = height = image_tokens = word_tokens = 0
    if form.scale:
        width, height = pixels(offer, form.box, form.scale)
        counted = family.tokens(width, height)
        if counted is None:
            return None
        image_tokens = counted + PER_PART
    if form.has_words:
        word_tokens = offer.crop_word_tokens if form.words_in_box else offer.word_tokens
    return Entry(
        offer.key,
        form.kind,
        form.box,
        width,
        height,
        image_tokens,
        word_tokens,
        words_in_box=form.words_in_box,
        is_neighbour=offer.is_neighbour,
    )


def _least(menu: Sequence[Entry]) -> int:
    """What a page needs to be there: its words, or its cheapest picture where words are none."""
    words = [entry.tokens for entry in menu if entry.kind == "words"]
    return words[0] if words else min((entry.tokens for entry in menu), default=0)
