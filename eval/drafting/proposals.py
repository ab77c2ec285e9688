"""Proposed questions, and the file in which a person decides about them.

A line of the file is a JSON object: query_id, query, answers, doc, page, box, quote, evidence, lang
and status. The status is `proposed` until a person writes `accepted` or `rejected`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from answer.citations import box_of
from eval.drafting.facts import Evidence
from eval.drafting.pages import DraftDocument, DraftPage
from index.errors import InvalidRequest

BOX_DECIMALS = 4
Edge = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Proposal(BaseModel):
    """A question with what a page answers.

    Attributes:
        doc: the file's name without its ending.
        page: from 1.
        box: left, top, right, bottom of where the answer stands, in fractions of the page.
        quote: the page's words that say so.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    query_id: Text
    query: Text
    answers: Annotated[tuple[Text, ...], Field(min_length=1)]
    doc: Text
    page: int = Field(ge=1)
    box: tuple[Edge, Edge, Edge, Edge]
    quote: str
    evidence: Evidence
    lang: str
    status: Literal["proposed", "accepted", "rejected"] = "proposed"

    @field_validator("box")
    @classmethod
    def _is_box(cls, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        left, top, right, bottom = box
        if left > right or top > bottom:
            raise ValueError("a box is left, top, right, bottom")
        return box


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its answer, and the page's words that say so."""

    query: str
    answer: str
    quote: str
    evidence: Evidence


def propose(
    document: DraftDocument, page: DraftPage, asked: Asked, place: Sequence[int]
) -> Proposal:
    """Make a proposal; the same question to the same page always has the same id.

    Args:
        document: that answers it.
        page: of the document.
        asked: the question.
        place: positions of the page's words where the answer stands; there must be one at least.
    """
    box = box_of(page.words.words, place)
    left, top, right, bottom = (round(edge, BOX_DECIMALS) for edge in box)
    told = "\0".join((document.stem, str(page.number), asked.query, asked.answer))
    return Proposal(
        query_id=f"q{hashlib.sha256(told.encode()).hexdigest()[:12]}",
        query=asked.query,
        answers=(asked.answer,),
        doc=document.stem,
        page=page.number,
        box=(left, top, right, bottom),
        quote=asked.quote,
        evidence=asked.evidence,
        lang=document.language,
    )


def read_proposals(path: Path) -> list[Proposal]:
    """Read a file of proposals.

    Raises:
        InvalidRequest: it is missing, a line does not fit, or two have one id.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}") from error
    found: dict[str, Proposal] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        one = _read(line, f"{path} line {number}")
        if one.query_id in found:
            raise InvalidRequest(f"{path} line {number}: {one.query_id} is there twice; delete one")
        found[one.query_id] = one
    return list(found.values())


def write_proposals(path: Path, proposals: Sequence[Proposal]) -> None:
    """Write a file of proposals, whole or not at all."""
    text = "".join(f"{one.model_dump_json()}\n" for one in proposals)
    replace_text(path, text)


def with_decisions(drafted: Sequence[Proposal], kept: Sequence[Proposal]) -> list[Proposal]:
    """Return what was drafted beside what a person decided on, whose wording stays as it is."""
    known = {one.query_id: one for one in kept}
    fresh = {one.query_id for one in drafted}
    decided = [one for one in kept if one.status != "proposed" and one.query_id not in fresh]
    return [*decided, *(known.get(one.query_id, one) for one in drafted)]


def replace_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _read(line: str, where: str) -> Proposal:
    try:
        return Proposal.model_validate_json(line)
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise InvalidRequest(f"{where} is no proposal: {told}") from error
