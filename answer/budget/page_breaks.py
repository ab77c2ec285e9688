"""Whether evidence runs over a page break, told by a page's words alone.

It runs on to the next page where a region touches the last line of the page's text and that line
breaks off: it is full and ends no sentence, or it is a line of a table. It comes from the page
before where a region touches the first line and that line begins amid something: in lower case,
or with a line of table values that no header heads. Running headers and footers are no text.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from answer.layout import MAX_PITCH, Line, read_lines, spell
from index.records import Box, Word

SENTENCE_ENDS = ".!?…。！？؟"  # noqa: RUF001 full-width marks are meant
GOES_ON = ("-", ",", ";", ":")
CLOSING = "\"')]}»\u201d\u2019"
FULL = 0.8  # of the width of the widest line in its column
EDGE = 0.12  # of the page, at its top and bottom, where headers and footers stand
RUNNING_WORDS = 14
APART = 1.8  # times the usual distance of lines
CONTINUED = 0.35  # of the page's height, where the evidence of the page beside it goes on


def neighbours(words: Sequence[Word], regions: Sequence[Box]) -> tuple[int, ...]:
    """Return where the evidence of a page runs on to: -1 the page before, 1 the next one."""
    lines = _text_lines(read_lines(words))
    if not lines:
        return ()
    found = []
    if _touches(regions, lines[0]) and _begins_amid(words, lines[0]):
        found.append(-1)
    if _touches(regions, lines[-1]) and _breaks_off(words, lines):
        found.append(1)
    return tuple(found)


def continued_part(direction: int) -> Box:
    """Return the part of a neighbour that lies at the break: -1 the page before, 1 the next one."""
    return Box(0.0, 1 - CONTINUED, 1.0, 1.0) if direction < 0 else Box(0.0, 0.0, 1.0, CONTINUED)


def _text_lines(lines: Sequence[Line]) -> list[Line]:
    """The lines without those of running headers and footers."""
    pitches = [
        below.bottom - above.bottom
        for above, below in pairwise(lines)
        if 0 < below.bottom - above.bottom < MAX_PITCH * above.height
    ]
    usual = median(pitches) if pitches else 0.0
    kept = list(lines)
    while len(kept) > 1 and _is_running(kept[-1], kept[-1].box.top - kept[-2].bottom, usual):
        kept.pop()
    while len(kept) > 1 and _is_running(kept[0], kept[1].box.top - kept[0].bottom, usual):
        kept.pop(0)
    return kept


def _is_running(line: Line, gap: float, usual: float) -> bool:
    """A short line at the edge of the page, apart from the text."""
    is_at_edge = line.box.bottom < EDGE or line.box.top > 1 - EDGE
    is_apart = gap + line.height > APART * usual
    return is_at_edge and is_apart and len(line.words) <= RUNNING_WORDS


def _touches(regions: Sequence[Box], line: Line) -> bool:
    slack = line.height
    return any(
        region.top < line.box.bottom + slack
        and region.bottom > line.box.top - slack
        and region.left < line.box.right
        and region.right > line.box.left
        for region in regions
    )


def _breaks_off(words: Sequence[Word], lines: Sequence[Line]) -> bool:
    last = lines[-1]
    if last.is_tabular:
        return len(lines) > 1 and lines[-2].is_tabular and _has_values(words, last)
    text = last.text.rstrip(CLOSING)
    if text.endswith((*SENTENCE_ENDS, *GOES_ON)):
        return text.endswith(GOES_ON)
    width = last.box.right - last.box.left
    column = [line for line in lines if abs(line.box.left - last.box.left) < 2 * last.height]
    widest = max(line.box.right - line.box.left for line in column)
    return len(column) > 1 and width >= FULL * widest


def _begins_amid(words: Sequence[Word], line: Line) -> bool:
    if line.is_tabular:
        return _has_values(words, line)
    return words[line.words[0]].text[0].islower()


def _has_values(words: Sequence[Word], line: Line) -> bool:
    """A cell but the first holds a number."""
    return any(any(c.isdigit() for c in spell(words, cell)) for cell in line.cells[1:])
