"""What a check finds wrong with a set of questions."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "no_answer",
    "asked_twice",
    "page_missing",
    "answer_absent",
    "other_page",
    "answerable",
]
MEANINGS: dict[Kind, str] = {
    "no_answer": "it has pages and no accepted answer",
    "asked_twice": "another question asks the same",
    "page_missing": "a page that should answer is not there",
    "answer_absent": "a page that should answer holds no accepted answer",
    "other_page": "another page seems to answer too",
    "answerable": "it should have no answer, and a page seems to hold one",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that will mislead a measurement.

    Attributes:
        kind: what it is.
        query_id: of the question.
        doc: the document it is about, by its file's name without ending; empty for none.
        page: of the document; 0 for none.
        told: what was seen, for people.
    """

    kind: Kind
    query_id: str
    doc: str
    page: int
    told: str
