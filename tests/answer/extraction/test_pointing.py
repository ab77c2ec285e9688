from collections.abc import Callable
from typing import Any

import pytest

from answer.answers import EvidencePage
from answer.extraction.pointing import UNVERIFIED, VERIFIED, Pointed, verify
from answer.extraction.results import FieldValue
from answer.extraction.values import Habits
from answer.extraction.wanted import WantedField, read_schema

MakePage = Callable[..., EvidencePage]


def field(**told: Any) -> WantedField:
    return read_schema({"type": "object", "properties": {"f": told}}).fields[0]


def check(page: EvidencePage, pointed: Pointed, wanted: WantedField) -> FieldValue | None:
    return verify(pointed, wanted, [page], Habits("."))


@pytest.fixture
def page(make_page: MakePage) -> EvidencePage:
    return make_page("The sum of 1,639.20 is due", "on 17 May 2024", page=3)


def test_what_the_page_says_counts_not_what_the_model_says_it_means(page: EvidencePage) -> None:
    pointed = Pointed("f", 0, "The sum of 1,639.20", "9999")
    found = check(page, pointed, field(type="number"))
    assert found is not None
    assert (found.value, found.raw, found.quote, found.page) == (1639.2, "1,639.20", "1,639.20", 3)
    assert (found.confidence, found.source, found.problems) == (VERIFIED, "model", ())
    assert found.box == page.words.words[3].box


@pytest.mark.parametrize(
    ("place", "quote"), [(0, "a total of 1,639.30"), (None, "1,639.20"), (0, "")]
)
def test_a_quote_that_is_not_on_a_page_shown_is_marked_and_has_no_place(
    page: EvidencePage, place: int | None, quote: str
) -> None:
    found = check(page, Pointed("f", place, quote, "1,639.30"), field(type="number"))
    assert found is not None
    assert (found.value, found.box, found.page) == (1639.3, None, None)
    assert (found.confidence, [p.code for p in found.problems]) == (UNVERIFIED, ["unverified"])


def test_a_value_of_another_kind_is_dropped(page: EvidencePage) -> None:
    assert check(page, Pointed("f", 0, "is due", "soon"), field(type="number")) is None
