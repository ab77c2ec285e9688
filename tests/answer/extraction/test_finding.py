"""Labels and values on pages laid out by hand; two or more spaces part the cells."""

from collections.abc import Callable
from typing import Any

import pytest

from answer.extraction.finding import find_candidates
from answer.extraction.grid import read_grid
from answer.extraction.values import Habits
from answer.extraction.wanted import read_schema
from index.records import PageWords

Lay = Callable[..., PageWords]
DATE = {"type": "string", "format": "date"}
NUMBER = {"type": "number"}


@pytest.fixture
def find(lay: Lay) -> Callable[..., object]:
    def found(name: str, told: dict[str, Any], *lines: str) -> object:
        grid = read_grid(lay(lines).words)
        (wanted,) = read_schema({"type": "object", "properties": {name: told}}).fields
        candidates = find_candidates(grid, wanted, Habits("."), frozenset())
        return candidates[0].reading.value if candidates else None

    return found


Find = Callable[..., object]


@pytest.mark.parametrize(
    "lines",
    [
        ("Invoice date: 3 May 2024",),
        ("Invoice date 3 May 2024",),
        ("Invoice date:      3 May 2024",),
        ("Rechnungsdatum     3.5.2024",),
        ("Customer      Invoice date   Order", "C-1           3 May 2024     9"),
        ("Date : 3 May 2024",),
        ("Invoice: 7 Date: 3 May 2024 Due: 4 June 2024",),
    ],
)
def test_a_value_is_found_after_beside_and_below_its_label(
    find: Find, lines: tuple[str, ...]
) -> None:
    assert find("invoice_date", DATE, *lines) == "2024-05-03"


def test_a_label_that_agrees_better_with_something_else_is_passed_over(find: Find) -> None:
    lines = ("Total net     100.00", "Delivery date    3 May 2024", "VAT 20 %      20.00")
    assert find("total", NUMBER, *lines) is None
    assert find("invoice_date", DATE, *lines) is None
    assert find("tax", NUMBER, *lines) == 20.0


def test_a_label_inside_a_longer_one_does_not_count(find: Find) -> None:
    assert find("tax", NUMBER, "Total excl. VAT: 100.00") is None
    assert find("subtotal", NUMBER, "Total excl. VAT: 100.00") == 100.0


def test_of_several_amounts_beside_a_sum_the_last_one_is_its_value(find: Find) -> None:
    assert find("tax", NUMBER, "VAT    20 %    1,366.00    273.20") == 273.2


def test_a_label_is_never_a_value(find: Find) -> None:
    text = {"type": "string"}
    assert find("customer", text, "Customer     Invoice date", "Kestrel Lane   3 May") == (
        "Kestrel Lane"
    )
    assert find("customer", text, "Customer     Order no.: 7") is None
    own = {"type": "string", "x-labels": ["Injured person", "Name"]}
    assert find("f7", own, "Injured person", "Name", "Ottilie Brand") == "Ottilie Brand"


def test_labels_in_a_row_of_a_form_have_their_values_below(find: Find) -> None:
    form = ("Name             Place of work     Badge", "Ottilie Brand    Laboratory        blue")
    assert find("name", {"type": "string"}, *form) == "Ottilie Brand"
    beside = ("Name             Ottilie Brand", "Place            Laboratory")
    assert find("name", {"type": "string"}, *beside) == "Ottilie Brand"


def test_prose_that_begins_like_a_label_is_no_field(find: Find) -> None:
    assert find("customer", {"type": "string"}, "Customer service is open until nine") is None


def test_a_value_that_stands_too_far_below_or_aside_is_not_taken(find: Find) -> None:
    assert find("invoice_date", DATE, "Date", "", "", "", "", "3 May 2024") is None
    assert find("invoice_date", DATE, "Date", "            3 May 2024") is None
    fair = "3 May 2024 was a fine day for the fair"
    assert find("invoice_date", DATE, "          Date", fair) is None
    assert find("invoice_date", DATE, "Date", fair) == "2024-05-03"


def test_a_custom_field_is_found_by_the_label_it_names(find: Find) -> None:
    told = {"type": "string", "x-labels": ["Well depth"]}
    assert find("f7", told, "Well depth      12 m") == "12 m"


def test_the_one_currency_of_the_page_is_its_currency(find: Find) -> None:
    text = {"type": "string"}
    assert find("currency", text, "Total    £12.00") == "GBP"
    assert find("currency", text, "Total    £12.00", "or     €14.00") is None
    assert find("currency", text, "Currency: CHF", "Total    £12.00") == "CHF"


def test_a_currency_code_or_word_of_a_value_is_no_label(find: Find) -> None:
    assert find("order_number", {"type": "string"}, "Your order    PO-7052") == "PO-7052"
    lines = ("Order no.: 7    IBAN NL53 0683",)
    assert find("order_number", {"type": "string"}, *lines) == "7"
