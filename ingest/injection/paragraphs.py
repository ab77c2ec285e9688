"""Stretches of a page's lines, and which of them go together as one paragraph or cell."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from index.records import Box, Word

MAX_PITCH = 1.8  # line heights from one line of a paragraph to the next
SAME_HEIGHT = 1.4
CELL_GAP = 3.0  # line heights between two cells of a table line
MOST_LINES = 6  # that go with a stretch, on either side
REACH = 8  # stretches further on, in which a cell goes on when others stand beside it
SENTENCE_ENDS = (".", "!", "?", "\u3002")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words of one visual line that no wide gap parts, and the box around them."""

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
    def ends_sentence(self) -> bool:
        """Whether its last word does."""
        return self.words[-1].text.endswith(SENTENCE_ENDS)


def read_stretches(words: Iterable[Word]) -> list[Stretch]:
    """The stretches of a page in reading order; every word is in one."""
    found = []
    for _, line in groupby(words, key=lambda word: word.line):
        found += [_stretch(cell) for cell in _cells(tuple(line))]
    return found


def with_paragraphs(stretches: Sequence[Stretch], places: Iterable[int]) -> list[int]:
    """These places, each from where its sentence begins to where its paragraph or cell ends."""
    touched = set(places)
    for place in tuple(touched):
        touched.update(_before(stretches, place))
        touched.update(_after(stretches, place))
    return sorted(touched)


def _before(stretches: Sequence[Stretch], place: int) -> Iterator[int]:
    for _ in range(MOST_LINES):
        near = range(place - 1, max(place - REACH, 0) - 1, -1)
        above = next((n for n in near if _go_together(stretches[n], stretches[place])), None)
        if above is None or stretches[above].ends_sentence:
            return
        yield above
        place = above


def _after(stretches: Sequence[Stretch], place: int) -> Iterator[int]:
    for _ in range(MOST_LINES):
        near = range(place + 1, min(place + REACH + 1, len(stretches)))
        below = next((n for n in near if _go_together(stretches[place], stretches[n])), None)
        if below is None:
            return
        yield below
        place = below


def _cells(line: Sequence[Word]) -> Iterator[list[Word]]:
    height = median(word.box.bottom - word.box.top for word in line)
    cell = [line[0]]
    for word in line[1:]:
        if word.box.left - cell[-1].box.right > CELL_GAP * height:
            yield cell
            cell = []
        cell.append(word)
    yield cell


def _stretch(words: Sequence[Word]) -> Stretch:
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    return Stretch(tuple(words), Box(min(lefts), min(tops), max(rights), max(bottoms)))


def _go_together(above: Stretch, below: Stretch) -> bool:
    """Whether the second stands right under the first, set alike."""
    low, high = sorted((above.height, below.height))
    step = below.box.top - above.box.top
    overlap = min(above.box.right, below.box.right) - max(above.box.left, below.box.left)
    return overlap > 0 and 0 < step < MAX_PITCH * high and high <= SAME_HEIGHT * low
