"""What an answer is made from and what it says: evidence pages in, an answer with citations out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Self

from index.records import Box, PageWords

NOT_FOUND = "Not found in these documents."
EXTRACTIVE = "extractive"


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """A found page as the answerers see it.

    Attributes:
        document: id of the document.
        name: its file name, for people.
        page: page number, from 1.
        words: the words that stand on the page.
        relevance: how well the page fits the question, from 0 to 1.
        image: reads the rendered page as JPEG or PNG bytes; called only when a model looks at it.
    """

    document: str
    name: str
    page: int
    words: PageWords
    relevance: float
    image: Callable[[], bytes]

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError(f"pages count from 1, got {self.page}")
        if not 0 <= self.relevance <= 1:
            raise ValueError(f"relevance must lie in 0..1, got {self.relevance}")

    def trusted(self) -> Self:
        """The page without the lines that address a model: they are no evidence."""
        return replace(self, words=self.words.trusted()) if self.words.suspect else self


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of a page that carry an answer, word for word, and where they stand.

    `flags` are the page's: why some of its text addresses a model.
    """

    document: str
    name: str
    page: int
    box: Box
    quote: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a model read and wrote; zeros when none was asked."""

    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as text, and the words of the pages that carry it.

    Attributes:
        text: the answer, plain text.
        refused: the pages do not hold an answer; `text` says so.
        grounded: at least one citation was found on its page.
        citations: in the order of the answer.
        model: `extractive`, or the name of the model that wrote the text.
        usage: tokens in and out.
    """

    text: str
    refused: bool
    grounded: bool
    citations: tuple[Citation, ...]
    model: str
    usage: Usage = Usage()


def refusal(model: str, usage: Usage | None = None) -> Answer:
    """Say that the pages do not hold an answer."""
    return Answer(NOT_FOUND, True, False, (), model, usage or Usage())  # noqa: FBT003 a record's fields, named in its class
