"""What an answer is made from and what it says: evidence pages in, an answer with citations out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Self

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
        known: terms of the question that stand anywhere in the document, on other pages too.
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
    known: frozenset[str] = frozenset()
    regions: tuple[Box, ...] = ()
    evidence: Evidence | None = None
    part: Box | None = None
    words_in_part: bool = False

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
    """Words of a page that carry an answer, and where they stand.

    Attributes:
        box: around the words; of the region that made the page match where they were not found.
        quote: word for word as the page has it, or as the model gave it where it is not verified.
        is_verified: the words were found on the page.
        flags: the page's: why some of its text addresses a model.
    """

    document: str
    name: str
    page: int
    box: Box
    quote: str
    is_verified: bool = True
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer, and the places of its citations among the answer's."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an answer that is still being written.

    Attributes:
        sentence: its place in the answer; 0 once more begins the answer anew.
        text: the whole sentence.
    """

    sentence: int
    text: str


@dataclass(frozen=True, slots=True)
class ModelUsage:
    """Tokens that one of the models read and wrote."""

    model: str
    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that models read and wrote, and what was estimated before; zeros without a model.

    Attributes:
        input_tokens: of all calls together.
        output_tokens: likewise.
        estimated_input_tokens: of the pages as they were planned, sent once.
        by_model: what each took, in the order in which they were asked; empty where one was asked.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    estimated_input_tokens: int = 0
    by_model: tuple[ModelUsage, ...] = ()

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens
        )

    def of(self, model: str) -> ModelUsage:
        """Return this as one model's."""
        return ModelUsage(model, self.input_tokens, self.output_tokens)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as text, and the words of the pages that carry it.

    Attributes:
        text: the answer, plain text.
        refused: the pages do not hold an answer; `text` says so.
        grounded: every sentence has citations, and all of them were found on their pages.
        citations: in the order of the answer.
        model: `extractive`, or the name of the model that wrote the text.
        usage: tokens in and out.
        sentences: the answer's sentences with their citations; none when it is refused.
        warnings: why to look twice, in sentences.
    """

    text: str
    refused: bool
    grounded: bool
    citations: tuple[Citation, ...]
    model: str
    usage: Usage = Usage()
    sentences: tuple[Sentence, ...] = ()
    warnings: tuple[str, ...] = ()


def refusal(model: str, usage: Usage | None = None) -> Answer:
    """Say that the pages do not hold an answer."""
    return Answer(NOT_FOUND, True, False, (), model, usage or Usage())  # noqa: FBT003 a record's fields, named in its class
