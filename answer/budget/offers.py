"""What a page could be shown as, and what of it was chosen: the values that a plan is made of."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from answer.answers import Evidence, EvidencePage
from answer.budget.words import text_tokens
from answer.layout import union
from answer.prompt import words_text
from index.records import Box

WHOLE_PAGE = Box(0.0, 0.0, 1.0, 1.0)
MARGIN = 0.04  # of the page, around a region: the line above and below, the header of a cell
MOST_OF_PAGE = 0.6  # of its height; cutting out more saves too little for what is lost
PAGE_TOKENS = 16  # its label, and what a chat template writes around it
Kind = Literal["whole", "scaled", "crop", "words"]


class PageKey(NamedTuple):
    """A page of a document."""

    document: str
    page: int


@dataclass(frozen=True, slots=True)
class PageOffer:
    """A found page, or a neighbour of one, as a plan weighs it.

    Attributes:
        key: which page.
        width: of its picture, in pixels.
        height: of its picture, in pixels.
        crop: the part that matches, where that is worth cutting out.
        word_tokens: what all its words cost; 0 where it has none.
        crop_word_tokens: what the words in `crop` cost.
        is_neighbour: it was not found itself: a found page's text runs on to it.
    """

    key: PageKey
    width: int
    height: int
    word_tokens: int
    crop: Box | None = None
    crop_word_tokens: int = 0
    is_neighbour: bool = False

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1:
            raise ValueError(f"a picture has pixels, got {self.width} x {self.height}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of a plan and what is sent of it.

    Attributes:
        key: which page.
        kind: the whole page at full size, scaled down, a part cut out, or words alone.
        box: the part of the page that is shown; its words are those sent where `words_in_box`.
        width: of the picture sent, in pixels; 0 without one.
        height: of the picture sent, in pixels; 0 without one.
        image_tokens: what the picture costs.
        word_tokens: what its words cost; 0 where none are sent.
        words_in_box: only the words in the box are sent, not all of the page.
        is_neighbour: as in the offer.
    """

    key: PageKey
    kind: Kind
    box: Box
    width: int
    height: int
    image_tokens: int
    word_tokens: int
    words_in_box: bool = False
    is_neighbour: bool = False

    @property
    def tokens(self) -> int:
        """What the page costs, with its label."""
        return PAGE_TOKENS + self.image_tokens + self.word_tokens

    @property
    def evidence(self) -> Evidence:
        """What is sent of the page."""
        if not self.width:
            return "words"
        return "both" if self.word_tokens else "image"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a model is shown of the pages, and what that costs.

    Attributes:
        entries: the pages that are sent, in the order of the offers.
        left_out: pages for which no room is left.
        fixed_tokens: instructions and question.
        max_tokens: the cap.
    """

    entries: tuple[Entry, ...]
    left_out: tuple[PageKey, ...]
    fixed_tokens: int
    max_tokens: int

    @property
    def tokens(self) -> int:
        """The estimate of all input tokens; above the cap only where no page is sent."""
        return self.fixed_tokens + sum(entry.tokens for entry in self.entries)


def offer(
    page: EvidencePage, width: int, height: int, *, crop: Box | None, is_neighbour: bool = False
) -> PageOffer:
    """Return a page as an offer: its picture's size is given, its words are counted here."""
    in_crop = replace(page, part=crop, words_in_part=True)
    return PageOffer(
        PageKey(page.document, page.page),
        width,
        height,
        text_tokens(words_text(page)),
        crop,
        text_tokens(words_text(in_crop)),
        is_neighbour=is_neighbour,
    )


def matching_part(regions: Sequence[Box]) -> Box | None:
    """Return the rows of a page around its regions, best first; None where nothing is saved.

    Whole rows, because the beginning of a line and the first column of a table say what the
    matching words are about. Regions that lie too far apart are dropped from the last on.
    """
    for n_joined in range(len(regions), 0, -1):
        around = union(regions[:n_joined])
        top, bottom = max(0.0, around.top - MARGIN), min(1.0, around.bottom + MARGIN)
        if bottom - top < MOST_OF_PAGE:
            return Box(0.0, top, 1.0, bottom)
    return None


def pixels(offer: PageOffer, box: Box, scale: float) -> tuple[int, int]:
    """Return width and height of the picture of a part of a page."""
    width = offer.width * (box.right - box.left) * scale
    height = offer.height * (box.bottom - box.top) * scale
    return max(1, math.ceil(round(width, 6))), max(1, math.ceil(round(height, 6)))
