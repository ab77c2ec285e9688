from collections.abc import Callable

import pytest

from answer.asking import Expected
from answer.layout import spell
from answer.shapes import find_reasons, find_shapes
from index.records import PageWords

Lay = Callable[..., PageWords]


def found(lay: Lay, expected: Expected, line: str) -> list[str]:
    words = lay([line]).words
    return [spell(words, one) for one in find_shapes(expected, words, range(len(words)))]


@pytest.mark.parametrize(
    ("line", "amounts"),
    [
        ("The tunnel is 14 metres deep.", ["14 metres"]),
        ("It may stand between −12 and +40 hours.", ["−12", "+40 hours."]),  # noqa: RUF001 a minus sign is meant
        ("Lost were 171 books, replaced 51.", ["171 books,", "51."]),
        ("The sign must stand at least 1.5 metres away.", ["at least 1.5 metres"]),
        ("The ice was 9 and a quarter inches.", ["9 and a quarter inches."]),
        ("It has seven arches.", ["seven arches."]),
        ("Tighten the bolts M10 to 35 Nm.", ["35 Nm."]),
        ("Children pay 40 of that.", ["40"]),
    ],
)
def test_an_amount_is_a_number_with_what_it_counts(lay: Lay, line: str, amounts: list[str]) -> None:
    assert found(lay, "number", line) == amounts


def test_dates_and_the_numbers_of_list_items_are_no_amounts(lay: Lay) -> None:
    assert found(lay, "number", "On 19 March 2024 nine people came.") == ["nine people"]
    assert found(lay, "number", "4. Screw it down, 35 Nm.") == ["35 Nm."]


@pytest.mark.parametrize(
    ("line", "times"),
    [
        ("closed between 9 a.m. and 4 p.m. on Sundays", ["between 9 a.m. and 4 p.m."]),
        ("opened on 6 May 2029 by the mayor", ["6 May 2029"]),
        ("opened on January 28, 2023 and since", ["January 28, 2023"]),
        ("offen von 16:00 – 18:00 Uhr", ["von 16:00 – 18:00 Uhr"]),  # noqa: RUF001 a dash is meant
        ("built in 1896 of stone", ["1896"]),
        ("with 1,340 litres", []),
        ("a dividend of 12.25 cents until 9.30 Uhr", ["9.30 Uhr"]),
        ("snow began at 14 h. 20 and", ["14 h. 20"]),
        ("for 9 marks by the mayor of the market", []),
    ],
)
def test_times_are_dates_hours_and_what_lies_between_them(
    lay: Lay, line: str, times: list[str]
) -> None:
    assert found(lay, "time", line) == times


@pytest.mark.parametrize(
    ("line", "sums"),
    [
        ("a flat £190 a year for all", ["£190 a year"]),
        ("the port gave €24 million of it", ["€24 million"]),
        ("paid 20 p a mile", ["20 p a mile"]),
        ("it costs 55 € each", ["55 €"]),
        ("it costs 55 marks", []),
    ],
)
def test_sums_keep_their_currency_scale_and_period(lay: Lay, line: str, sums: list[str]) -> None:
    assert found(lay, "money", line) == sums


def test_a_share_keeps_its_sign(lay: Lay) -> None:
    assert found(lay, "percentage", "a loan at 4.15 % for 12 years") == ["4.15 %"]


def test_a_name_keeps_its_title(lay: Lay) -> None:
    assert found(lay, "name", "we welcome Dr Ann van Hill in the town") == ["Dr Ann van Hill"]


def test_a_text_has_no_shape(lay: Lay) -> None:
    assert found(lay, "text", "nine people came in 1931") == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("It was shut because of green algae.", "because of green algae."),
        ("Es war zu, weil es fror.", "weil es fror."),
        ("It was shut in spring.", None),
    ],
)
def test_a_reason_begins_with_a_word_that_says_so(lay: Lay, line: str, reason: str | None) -> None:
    words = lay([line]).words

    reasons = [spell(words, one) for one in find_reasons(words, range(len(words)))]

    assert reasons == ([] if reason is None else [reason])
