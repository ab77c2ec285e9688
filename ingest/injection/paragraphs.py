"""Lines of a page, and which of them go together as one paragraph."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from statistics import median

from index.records import Box, Word

MAX_PITCH = 1.8  # line heights from one line of a paragraph to the next
SAME_HEIGHT = 1.4
CELL_GAP = 3.0  # line heights between two cells of a table line
MOST_LINES = 6  # that go with a line, on either side
SENTENCE_ENDS = (".", "!", "?", "\u3002")


@dataclass(frozen=True, slots=True)
class Line:
    """A visual line: its number on the page, its words, and the box around them."""

    number: int
    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        """Its words, joined by spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def height(self) -> float:
        """Height of a usual word."""
        return median(word.box.bottom - word.box.top for word in self.words)

    @property
    def is_tabular(self) -> bool:
        """Whether a gap splits it into cells."""
        gaps = (after.box.left - before.box.right for before, after in pairwise(self.words))
        return any(gap > CELL_GAP * self.height for gap in gaps)

    @property
    def ends_sentence(self) -> bool:
        """Whether its last word does."""
        return self.words[-1].text.endswith(SENTENCE_ENDS)


def read_lines(words: Iterable[Word]) -> list[Line]:
    """The lines of a page in reading order."""
    grouped = groupby(words, key=lambda word: word.line)
    return [_line(number, tuple(members)) for number, members in grouped]


def with_paragraphs(lines: Sequence[Line], places: Iterable[int]) -> list[int]:
    """These places among the lines, each from its sentence's begin to its paragraph's end."""
    touched = set(places)
    return sorted(touched.union(*(_around(lines, place) for place in touched)))


def _around(lines: Sequence[Line], place: int) -> set[int]:
    found = set[int]()
    for above in range(place - 1, max(place - MOST_LINES, 0) - 1, -1):
        if not _go_together(lines[above], lines[above + 1]) or lines[above].ends_sentence:
            break
        found.add(above)
    for below in range(place + 1, min(place + MOST_LINES + 1, len(lines))):
        if not _go_together(lines[below - 1], lines[below]):
            break
        found.add(below)
    return found


def _line(number: int, words: tuple[Word, ...]) -> Line:
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    return Line(number, words, Box(min(lefts), min(tops), max(rights), max(bottoms)))


def _go_together(above: Line, below: Line) -> bool:
    """Whether two lines that follow each other are of one paragraph."""
    if above.is_tabular or below.is_tabular:
        return False
    low, high = sorted((above.height, below.height))
    step = abs(below.box.top - above.box.top)
    overlap = min(above.box.right, below.box.right) - max(above.box.left, below.box.left)
    return overlap > 0 and step < MAX_PITCH * high and high <= SAME_HEIGHT * low
