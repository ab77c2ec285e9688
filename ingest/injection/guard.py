"""The words of a page judged: lines that address a model are told, or taken out.

A line, or a cell of a table, is suspect when it addresses a model, and so is the rest of its
paragraph: what an instruction asks for stands in the sentences after it.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Literal

from index.records import PageWords, Word
from ingest.agreement import clipped
from ingest.clean_text import clean
from ingest.frames import RawWord
from ingest.injection.paragraphs import Stretch, read_stretches, with_paragraphs
from ingest.injection.patterns import Reason
from ingest.injection.plain import is_disguised, plain
from ingest.injection.signs import find, is_encoded_order, name_reasons

Policy = Literal["allow", "flag", "quarantine"]
HIDDEN = "hidden:"  # before a reason: the text layer says it and the page does not show it
NAME = "name:"  # before a reason: the file's name says it


@dataclass(frozen=True, slots=True)
class _Finding:
    """Why stretches of lines address a model, and their places on the page."""

    reason: Reason
    places: range


def judge(
    words: PageWords, layer: Sequence[RawWord], *, name: str, policy: Policy = "flag"
) -> PageWords:
    """The words of a page with what speaks against them.

    Args:
        words: those that a reader of the page sees.
        layer: its text layer as it came, for what it hides and how it is written.
        name: the file's name.
        policy: `allow` looks for nothing; `flag` tells; `quarantine` takes the lines out as well.
    """
    if policy == "allow":
        return words
    stretches = read_stretches(words.words)
    found = _findings(stretches)
    suspect = with_paragraphs(stretches, [place for one in found for place in one.places])
    boxes = tuple(stretches[place].box for place in suspect)
    told = replace(words, flags=_flags(words, layer, found, name))
    if policy == "flag":
        return replace(told, suspect=boxes)
    kept = set(range(len(stretches))) - set(suspect)
    left = tuple(word for place in sorted(kept) for word in stretches[place].words)
    return replace(told, words=left, set_aside=boxes)


def _flags(
    words: PageWords, layer: Sequence[RawWord], found: Sequence[_Finding], name: str
) -> tuple[str, ...]:
    """Every reason once: those of the page, those that it hides, those of its document's name."""
    seen = {one.reason for one in found}
    if found and is_disguised(raw.text for raw in layer):
        seen.add("disguise")
    hidden = {one.reason for one in _in_layer(words, layer)} - seen
    named = [NAME + reason for reason in name_reasons(name)]
    return (*sorted(seen), *sorted(HIDDEN + reason for reason in hidden), *named)


def _in_layer(words: PageWords, layer: Sequence[RawWord]) -> list[_Finding]:
    """What the text layer says to a model, where it says other words than the page."""
    told = [Word(text, clipped(raw), raw.line) for raw in layer if (text := clean(raw.text))]
    if [word.text for word in told] == [word.text for word in words.words]:
        return []
    return _findings(read_stretches(told))


def _findings(stretches: Sequence[Stretch]) -> list[_Finding]:
    """What the stretches say to a model, read as one text."""
    spelled = [plain(stretch.text) for stretch in stretches]
    ends = list(accumulate(len(text) + 1 for text in spelled))
    return [
        *(
            _Finding(
                one.reason,
                range(bisect_right(ends, one.start), bisect_right(ends, one.end - 1) + 1),
            )
            for one in find(" ".join(spelled))
        ),
        *_encoded(stretches),
    ]


def _encoded(stretches: Sequence[Stretch]) -> Iterator[_Finding]:
    for place, stretch in enumerate(stretches):
        if is_encoded_order(stretch.text):
            yield _Finding("disguise", range(place, place + 1))
