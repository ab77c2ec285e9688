"""Charts and diagrams of a page, from the scraps of words that stand in them.

A figure is a stretch of the page with labels and numbers but no prose and no table: beside a
caption, or with mostly numbers. Its numbers are paired with the label below them (columns) or to
their left (bars), which is what they say; a label or a number alone means nothing, so a figure is
always cited as a whole.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from answer.layout import Block, overlap, spell, union
from answer.sentences import ends
from index.records import Box, Word

MOST_SCRAP_WORDS = 6
LEAST_SCRAPS = 3
LEAST_NUMBERS = 4
NUMBER_SHARE = 0.4
MOST_TABULAR = 0.34  # share of lines of cells: more, and it is a table
MOST_CAPTION_WORDS = 40
LEAST_HEIGHT = 0.05  # of the page: a line of numbers is no chart
MARGIN = 0.07  # of the page, where running heads and feet stand
REACH = 0.4  # of the distance between labels: how far from its label a number may stand
_CAPTION = re.compile(
    r"^\W*(?:fig(?:ur[ae]?)?|abb(?:ildung)?|chart|graph\w*|grafi\w+|gráfic\w+|diagram\w*|exhibit"
    r"|schaubild|illustration)\.?\s+(?:\d|[ivx]+\b)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^[(~<>]?[-+\u2212\u2013]?[$€£¥]?\d[\d.,]*\s?[%\w€$£]{0,3}\)?$")


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart or diagram.

    Attributes:
        blocks: positions of its blocks among the page's.
        caption: positions of the words of its caption or of the text right below, if any.
        box: around all of its words.
        pairs: word positions of each label with the numbers that belong to it, the label first.
        others: word positions of each scrap that is in no pair.
    """

    blocks: frozenset[int]
    caption: tuple[int, ...]
    box: Box
    pairs: tuple[tuple[int, ...], ...]
    others: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class _Scrap:
    """Words that stand together in a figure."""

    words: tuple[int, ...]
    box: Box
    is_number: bool

    @property
    def middle(self) -> tuple[float, float]:
        """Across and down."""
        return (self.box.left + self.box.right) / 2, (self.box.top + self.box.bottom) / 2


def read_figures(words: Sequence[Word], blocks: Sequence[Block]) -> list[Figure]:
    """Figures of the page: those with a caption first, then what else is mostly numbers."""
    free = {n for n in range(len(blocks)) if _is_scrap(words, blocks, n)}
    figures: list[Figure] = []
    for n, block in enumerate(blocks):
        if _CAPTION.match(spell(words, block.words)):
            members = _beside_caption(blocks, n, free)
            if len(members) >= LEAST_SCRAPS:
                figures.append(_figure(words, blocks, members, block.words))
                free -= members
    charts = [some for some in _stretches(blocks, free) if _is_chart(words, blocks, some)]
    return figures + [_figure(words, blocks, some, _text_below(blocks, some)) for some in charts]


def _text_below(blocks: Sequence[Block], members: set[int]) -> tuple[int, ...]:
    """The text right below, as far off as a caption may be."""
    box = union(blocks[n].box for n in members)
    for n, block in enumerate(blocks):
        gap = block.box.top - box.bottom
        is_near = 0 <= gap < 3 * block.lines[0].height and overlap(block.box, box) > 0
        if n not in members and is_near and len(block.words) <= MOST_CAPTION_WORDS:
            return block.words
    return ()


def _is_scrap(words: Sequence[Word], blocks: Sequence[Block], n: int) -> bool:
    """A few words without an end, or a line of cells that is no line of a table."""
    block = blocks[n]
    text = spell(words, block.words)
    if block.box.bottom < MARGIN or block.box.top > 1 - MARGIN:
        return False
    if block.is_tabular:
        short = all(len(cell) <= MOST_SCRAP_WORDS for cell in block.lines[0].cells)
        return short and not any(_are_rows(block, other) for other in _around(blocks, n))
    return len(block.words) <= MOST_SCRAP_WORDS and not ends(text)


def _around(blocks: Sequence[Block], n: int) -> Iterable[Block]:
    return (blocks[k] for k in (n - 2, n - 1, n + 1, n + 2) if 0 <= k < len(blocks))


def _are_rows(one: Block, other: Block) -> bool:
    """Two lines of a table: they start alike and have as many cells."""
    alike = abs(one.box.left - other.box.left) < 0.5 * one.lines[0].height
    return other.is_tabular and alike and len(one.lines[0].cells) == len(other.lines[0].cells)


def _beside_caption(blocks: Sequence[Block], caption: int, free: set[int]) -> set[int]:
    """The scraps above the caption up to other text, or else those below it."""
    box = blocks[caption].box
    above = {n for n in free if n != caption and blocks[n].box.bottom <= box.top}
    below = {n for n in free if n != caption and blocks[n].box.top >= box.bottom}
    for side in (above, below):
        seen = {n for n in side if _is_open(blocks, free, box, blocks[n].box)}
        if len(seen) >= LEAST_SCRAPS:
            return seen
    return set()


def _is_open(blocks: Sequence[Block], free: set[int], caption: Box, scrap: Box) -> bool:
    """No other text between the two, and neither beside the other's column."""
    top, bottom = min(caption.bottom, scrap.bottom), max(caption.top, scrap.top)
    both = union((caption, scrap))
    between = (
        block.box.top >= top and block.box.bottom <= bottom and overlap(block.box, both) > 0
        for n, block in enumerate(blocks)
        if n not in free
    )
    return not any(between)


def _stretches(blocks: Sequence[Block], free: set[int]) -> list[set[int]]:
    """Scraps below each other with no other text between them."""
    walls = [block.box for n, block in enumerate(blocks) if n not in free]
    found: list[set[int]] = []
    for n in sorted(free, key=lambda k: blocks[k].box.top):
        last = found[-1] if found else set()
        reach = union(blocks[k].box for k in last) if last else blocks[n].box
        gap = (reach.bottom, blocks[n].box.top)
        if not last or any(gap[0] <= wall.top and wall.bottom <= gap[1] for wall in walls):
            found.append({n})
        else:
            last.add(n)
    return found


def _is_chart(words: Sequence[Word], blocks: Sequence[Block], members: set[int]) -> bool:
    scraps = _scraps(words, (blocks[n] for n in members))
    box = union(scrap.box for scrap in scraps)
    numbers = sum(any(c.isdigit() for i in s.words for c in words[i].text) for s in scraps)
    is_tall = box.bottom - box.top > LEAST_HEIGHT
    is_tabular = sum(blocks[n].is_tabular for n in members) > MOST_TABULAR * len(members)
    return is_tall and not is_tabular and numbers >= max(LEAST_NUMBERS, NUMBER_SHARE * len(scraps))


def _figure(
    words: Sequence[Word], blocks: Sequence[Block], members: set[int], caption: tuple[int, ...]
) -> Figure:
    scraps = _scraps(words, (blocks[n] for n in sorted(members)))
    pairs = _columns(scraps) or _bars(scraps)
    paired = {i for pair in pairs for i in pair}
    others = tuple(scrap.words for scrap in scraps if not paired.issuperset(scrap.words))
    box = union(scrap.box for scrap in scraps)
    return Figure(frozenset(members), caption, box, tuple(pairs), others)


def _scraps(words: Sequence[Word], blocks: Iterable[Block]) -> list[_Scrap]:
    """Cells of the blocks' lines, with the numbers in them apart; a block of words is one."""
    found = []
    for block in blocks:
        cells = [cell for line in block.lines for cell in line.cells]
        for cell in cells if block.is_tabular else [block.words]:
            found += [_scrap(words, part) for part in _parts(words, cell)]
    return found


def _parts(words: Sequence[Word], cell: Sequence[int]) -> list[list[int]]:
    parts = [[cell[0]]]
    for before, after in pairwise(cell):
        alike = _is_number(words, [before]) == _is_number(words, [after])
        far = words[after].box.left - words[before].box.right > 0.02
        below = words[after].box.top > words[before].box.bottom
        if (alike or not far) and not (below and _is_number(words, [after])):
            parts[-1].append(after)
        else:
            parts.append([after])
    return parts


def _scrap(words: Sequence[Word], members: Sequence[int]) -> _Scrap:
    box = union(words[i].box for i in members)
    return _Scrap(tuple(members), box, _is_number(words, members))


def _is_number(words: Sequence[Word], members: Sequence[int]) -> bool:
    return bool(_NUMBER.match(spell(words, members)))


def _columns(scraps: Sequence[_Scrap]) -> list[tuple[int, ...]]:
    """Labels of the axis below with the numbers over them."""
    axis = max((_level(scraps, one) for one in scraps), key=len, default=[])
    if len(axis) < LEAST_SCRAPS:
        return []
    pitch = min(b.middle[0] - a.middle[0] for a, b in pairwise(axis))
    pairs = []
    for label in axis:
        over = [
            scrap.words
            for scrap in scraps
            if scrap.is_number
            and scrap.box.bottom <= label.box.top
            and abs(scrap.middle[0] - label.middle[0]) < REACH * pitch
        ]
        if over:
            pairs.append((*label.words, *(i for value in over for i in value)))
    return pairs if len(pairs) > 1 else []


def _level(scraps: Sequence[_Scrap], one: _Scrap) -> list[_Scrap]:
    """The scraps at the height of this one, left to right."""
    height = one.box.bottom - one.box.top
    level = [s for s in scraps if abs(s.middle[1] - one.middle[1]) < 0.6 * height]
    return sorted(level, key=lambda s: s.middle[0])


def _bars(scraps: Sequence[_Scrap]) -> list[tuple[int, ...]]:
    """Labels with the nearest number to the right of them at their height."""
    pairs = []
    for label in scraps:
        right = [s for s in _level(scraps, label) if s.box.left >= label.box.right]
        if not label.is_number and right and right[0].is_number:
            pairs.append((*label.words, *right[0].words))
    return pairs
