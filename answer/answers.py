"""What an answer is made from and what it says: evidence pages in, an answer with citations out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from index.records import Box, PageWords

NOT_FOUND = "Not found in these documents."
EXTRACTIVE = "extractive"
Evidence = Literal["both", "image", "words"]  # what a model is given of a page


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
        regions: boxes that made the page match, best first.
        evidence: what a model is given of this page; what it is given of any when None.
        part: the part of the page that the image shows; all of it when None.
        words_in_part: a model is given the words of that part alone.
    """

    document: str
    name: str
    page: int
    words: PageWords
    relevance: float
    image: Callable[[], bytes]
    regions: tuple[Box, ...] = ()
    evidence: Evidence | None = None
    part: Box | None = None
    words_in_part: bool = False

    def __post_init__(self) -> None:
        if self.page < 1:
            raise ValueError(f"pages count from 1, got {self.page}")
        if not 0 <= self.relevance <= 1:
            raise ValueError(f"relevance must lie in 0..1, got {self.relevance}")


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of a page that carry an answer, word for word, and where they stand."""

    document: str
    name: str
    page: int
    box: Box
    quote: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that a model read and wrote, and what was estimated before; zeros without a model."""

    input_tokens: int = 0
    output_tokens: int = 0
    estimated_input_tokens: int = 0


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
