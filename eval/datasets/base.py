"""What every data set is read into: files to index, questions, and what would be right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

from index.records import Box

Label = str | bool | int | float
Judging = Literal["alternatives", "graded"]


class GoldPage(NamedTuple):
    """A page that answers a question.

    `document` is the file's name without its ending, pages count from 1, `grade` is 1 or more.
    """

    document: str
    page: int
    grade: int = 1


@dataclass(frozen=True, slots=True)
class GoldBox:
    """Where on a page an answer stands; the document as in `GoldPage`."""

    document: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question and what would be right.

    Attributes:
        pages: those that answer it, each once; none: the documents do not answer it.
        answers: accepted answers, or parts of the answer.
        boxes: where the answer stands, if the set says so; each alone would do.
        labels: whatever else the set says of the question, such as its kind or language.
    """

    id: str
    text: str
    pages: tuple[GoldPage, ...] = ()
    answers: tuple[str, ...] = ()
    boxes: tuple[GoldBox, ...] = ()
    labels: Mapping[str, Label] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError(f"question {self.id} is empty")
        if any(grade < 1 for _, _, grade in self.pages):
            raise ValueError(f"question {self.id} has a relevant page of a grade below 1")

    @property
    def is_answerable(self) -> bool:
        """Whether some page answers it."""
        return bool(self.pages)


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Documents and questions.

    Attributes:
        name: usable in the name of a collection.
        corpus: files and folders to index.
        judged: `alternatives`: each relevant page answers alone and one is enough; `graded`: every
            relevant page counts, by its grade.
        sha256: of the questions and judgements, so that two runs can be told to be comparable.
    """

    name: str
    corpus: tuple[Path, ...]
    questions: tuple[EvalQuestion, ...]
    judged: Judging
    sha256: str
