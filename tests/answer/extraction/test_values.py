from typing import Any

import pytest

from answer.extraction.values import Habits, habits_of, read_value
from answer.extraction.wanted import WantedField, read_schema


def field(name: str = "f", **told: Any) -> WantedField:
    schema = {"type": "object", "properties": {name: {"type": "string", **told}}}
    return read_schema(schema).fields[0]


def value(text: str, wanted: WantedField, habits: Habits = Habits()) -> object:  # noqa: B008  frozen
    found = read_value(text.split(), wanted, habits)
    return found and found.value


NUMBER, WHOLE = field(type="number"), field(type="integer")
DAY, YES = field(format="date"), field(type="boolean")


@pytest.mark.parametrize(
    ("text", "wanted", "read"),
    [
        ("1.234,56 EUR", NUMBER, 1234.56),
        ("17 April 2024", NUMBER, None),
        ("28.781, 60", NUMBER, None),
        ("12", WHOLE, 12),
        ("12.5", WHOLE, None),
        ("17 April 2024, net", DAY, "2024-04-17"),
        ("soon", DAY, None),
        ("Ja", YES, True),
        ("no", YES, False),
        ("perhaps", YES, None),
        ("Kestrel Lane Instruments", field(), "Kestrel Lane Instruments"),
        ("\u2013", field(), None),
    ],
)
def test_words_are_read_as_the_kind_of_value_that_is_wanted(
    text: str, wanted: WantedField, read: object
) -> None:
    assert value(text, wanted) == read


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("QL-2024-0417", "QL-2024-0417"),
        ("RE 2024 001", "RE 2024 001"),
        ("#123,", "123"),
        ("KL-88206 of 3 April 2024", "KL-88206"),
        ("Kestrel Lane", None),
        ("17 April 2024", None),
        ("£12.00", None),
    ],
)
def test_an_identifier_is_the_words_with_digits_that_come_first(text: str, read: object) -> None:
    assert value(text, field("invoice_number")) == read


def test_a_pattern_picks_the_words_that_match_it_as_a_whole() -> None:
    wanted = field(pattern="[A-Z]{2}\\d{4}")
    assert value("see AB1234, page 2", wanted) == "AB1234"
    assert value("see AB12345", wanted) is None


def test_a_choice_is_found_without_regard_to_case() -> None:
    wanted = field(enum=["paid", "not paid"])
    assert value("Not paid yet", wanted) == "not paid"
    assert value("open", wanted) is None


def test_a_percentage_is_no_sum_of_money_but_a_rate() -> None:
    assert value("20 %", field("tax", type="number")) is None
    assert value("20 %", field("tax_rate", type="number")) == 20.0


def test_what_can_be_read_in_two_ways_or_goes_on_is_less_certain() -> None:
    read = [
        read_value(text.split(), wanted, Habits())
        for text, wanted in (
            ("3/4/2024", DAY),
            ("1.900", NUMBER),
            ("12 Stk", NUMBER),
            ("12", NUMBER),
        )
    ]
    assert [found and found.certainty for found in read] == [0.5, 0.5, 0.9, 1.0]


def test_a_document_shows_how_it_writes() -> None:
    assert habits_of(["Total", "12,50", "25/03/2024"]) == Habits(",", day_first=True)


def test_the_words_of_a_value_are_told() -> None:
    found = read_value(["on", "17", "April", "2024,", "net"], DAY, Habits())
    assert found is not None
    assert (found.first, found.end, found.raw) == (1, 4, "17 April 2024")
