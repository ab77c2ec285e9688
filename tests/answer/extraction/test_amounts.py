import pytest

from answer.extraction.amounts import currency_of, decimal_mark, read_amount


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.56", 1234.56),
        ("1.234,56", 1234.56),
        ("1 234,56", 1234.56),
        ("1'234.50", 1234.5),
        ("12,5", 12.5),
        ("0.125", 0.125),
        ("1,234,567", 1234567.0),
        ("£1,639.20", 1639.2),
        ("€ 18,00", 18.0),
        ("18,00 EUR", 18.0),
        ("CHF 1'000.00", 1000.0),
        ("-0.50", -0.5),
        ("100.00-", -100.0),
        ("(100.00)", -100.0),
        ("\u221212,00 €", -12.0),
        ("-£5.00", -5.0),
        ("50,-", 50.0),
        ("12 Stk", 12.0),
    ],
)
def test_a_printed_number_is_read_as_people_mean_it(text: str, value: float) -> None:
    found = read_amount(text, None)
    assert found is not None
    assert found.value == value


@pytest.mark.parametrize(
    "text", ["30-1182", "17.04.2024", "A4", "10:30", "pounds", "", "3rd", "4/7"]
)
def test_what_only_begins_like_a_number_is_none(text: str) -> None:
    assert read_amount(text, None) is None


def test_three_digits_after_a_mark_are_read_as_the_document_writes_numbers() -> None:
    readings = [read_amount("1.900", mark) for mark in (".", ",", None)]
    assert [found and found.value for found in readings] == [1.9, 1900.0, 1900.0]
    assert [found and found.is_certain for found in readings] == [True, True, False]


def test_a_percentage_says_that_it_is_one() -> None:
    assert [
        found and found.is_percent for found in (read_amount("20 %", None), read_amount("20", None))
    ] == [True, False]


def test_the_decimal_mark_is_that_of_most_numbers_that_leave_no_doubt() -> None:
    assert decimal_mark(["1.900", "12,50", "€3,00", "4.20"]) == ","
    assert decimal_mark(["1,234.56", "1.900"]) == "."
    assert decimal_mark(["1.900", "7"]) is None


def test_a_currency_is_named_by_sign_or_code() -> None:
    assert [currency_of(word) for word in ("£5", "EUR", "(CHF)", "euros", "$5€")] == [
        "GBP", "EUR", "CHF", None, None,
    ]  # fmt: skip
