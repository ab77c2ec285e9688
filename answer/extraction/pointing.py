"""Fields that a model points at, held against the words of the pages it was shown.

The model names the words; what they say is read from the page. A quote that is not on the page
gives a value without a place, marked as unverified.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from answer.answers import EvidencePage
from answer.citations import cite, find_quote
from answer.extraction.results import FieldValue, Problem
from answer.extraction.values import Habits, Reading, read_value
from answer.extraction.wanted import WantedField, WantedTable

VERIFIED, UNVERIFIED = 0.8, 0.2  # confidence in what a model says


@dataclass(frozen=True, slots=True)
class Missing:
    """What the words alone did not settle.

    Attributes:
        fields: by path, cells of tables too.
        tables: those without a row.
        instructions: what the caller adds, for the model.
    """

    fields: dict[str, WantedField]
    tables: tuple[WantedTable, ...]
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Pointed:
    """A value as a model gives it; nothing in it is verified.

    Attributes:
        path: of the field.
        page: place of the page among those shown, from 0; None when it names none of them.
        quote: words that it says stand there.
        value: what it says they mean.
    """

    path: str
    page: int | None
    quote: str
    value: str


class FieldReader(Protocol):
    """Points at fields that the words alone did not settle."""

    def read(self, pages: Sequence[EvidencePage], missing: Missing) -> list[Pointed]:
        """Point at the missing fields on the pages.

        Raises:
            VlmUnavailable: the model does not answer, or not in the form asked for.
        """


def verify(
    pointed: Pointed, wanted: WantedField, pages: Sequence[EvidencePage], habits: Habits
) -> FieldValue | None:
    """The field as the page says it, the model's word for it, or None when that is no value."""
    page = None if pointed.page is None else pages[pointed.page]
    positions = find_quote(pointed.quote, page.words.words) if page and pointed.quote else None
    if page is None or positions is None:
        return _unverified(pointed, wanted, habits)
    texts = [page.words.words[i].text for i in positions]
    found = _first_reading(texts, wanted, habits)
    if found is None:
        return _unverified(pointed, wanted, habits)
    start, reading = found
    cited = cite(page, positions[start + reading.first : start + reading.end])
    return FieldValue(
        reading.value, reading.raw, page.page, cited.box, cited.quote,
        VERIFIED * reading.certainty, "model",
    )  # fmt: skip


def _first_reading(
    texts: Sequence[str], wanted: WantedField, habits: Habits
) -> tuple[int, Reading] | None:
    for start in range(len(texts)):
        reading = read_value(texts[start:], wanted, habits)
        if reading is not None:
            return start, reading
    return None


def _unverified(pointed: Pointed, wanted: WantedField, habits: Habits) -> FieldValue | None:
    reading = read_value(pointed.value.split(), wanted, habits)
    if reading is None:
        return None
    told = f"the model says {reading.raw!r}; the page does not hold {pointed.quote!r}"
    problem = Problem("unverified", told, pointed.path)
    return FieldValue(
        reading.value, reading.raw, confidence=UNVERIFIED, source="model", problems=(problem,)
    )
