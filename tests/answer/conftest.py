"""Pages laid out by hand: one string a line, two or more spaces between the cells of a table."""

import re
from collections.abc import Callable, Iterator, Sequence

import pytest

from answer.answers import EvidencePage
from index.records import Box, PageWords, Word
from tests.scripted_model import ScriptedModel, scripted_model

CHARACTER = 0.01
HEIGHT = 0.01
PITCH = 0.014
PNG = b"\x89PNG\r\n\x1a\n"

Lay = Callable[..., PageWords]
MakePage = Callable[..., EvidencePage]


def lay(lines: Sequence[str], *, left: float = 0.1, first_line: int = 0) -> PageWords:
    """Words on a fixed pitch; an empty line leaves a gap, leading spaces indent."""
    words = []
    for row, line in enumerate(lines):
        top = 0.1 + row * PITCH
        for match in re.finditer(r"\S+", line):
            start = left + match.start() * CHARACTER
            end = left + match.end() * CHARACTER
            words.append(Word(match.group(), Box(start, top, end, top + HEIGHT), first_line + row))
    return PageWords(tuple(words), "text_layer")


@pytest.fixture(name="lay")
def lay_fixture() -> Lay:
    return lay


@pytest.fixture
def make_page() -> MakePage:
    def make(
        *lines: str, name: str = "report.pdf", page: int = 1, relevance: float = 1.0
    ) -> EvidencePage:
        words = lay(lines)
        return EvidencePage(f"id-{name}", name, page, words, relevance, lambda: PNG)

    return make


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    """A model server that plays what a test writes."""
    with scripted_model() as played:
        yield played
