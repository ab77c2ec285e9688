from typing import Any

import pytest

from answer.extraction.checks import ReadTable, check_sums
from answer.extraction.results import FieldValue, Problem
from answer.extraction.wanted import Wanted, read_schema

NUMBER = {"type": "number"}
ROW = dict.fromkeys(("quantity", "unit_price", "amount", "discount"), NUMBER)
LINES = {"type": "array", "items": {"type": "object", "properties": ROW}}


def wanted(*names: str) -> Wanted:
    properties: dict[str, Any] = dict.fromkeys(names, NUMBER)
    return read_schema({"type": "object", "properties": {**properties, "lines": LINES}})


def problems(
    rows: list[tuple[float, float, float]], *, raw_discount: str | None = None, **sums: float
) -> list[tuple[str, str]]:
    """Codes and paths of what does not add up, of rows of quantity, price, amount."""
    asked = wanted(*sums)
    fields = {name: FieldValue(value, str(value)) for name, value in sums.items()}
    for n, row in enumerate(rows):
        for name, value in zip(("quantity", "unit_price", "amount"), row, strict=True):
            fields[f"lines[{n}].{name}"] = FieldValue(value, str(value))
        if raw_discount is not None:
            number = float(raw_discount.strip(" %"))
            fields[f"lines[{n}].discount"] = FieldValue(number, raw_discount)
    found = check_sums(asked, [ReadTable(asked.tables[0], len(rows))], fields)
    return [(problem.code, problem.path) for problem in found]


GOOD = [(2.0, 10.0, 20.0), (3.0, 0.335, 1.01)]


def test_what_adds_up_to_a_cent_is_no_problem() -> None:
    assert problems(GOOD, subtotal=21.01, tax=4.2, total=25.21) == []


def test_a_line_that_is_not_quantity_times_price_is_told() -> None:
    rows = [(2.0, 10.0, 20.02), GOOD[1]]
    assert problems(rows, subtotal=21.03) == [("line_amount_differs", "lines[0].amount")]


@pytest.mark.parametrize("raw", ["10 %", "2.00"])
def test_a_discount_in_percent_or_money_is_taken_off(raw: str) -> None:
    assert problems([(2.0, 10.0, 18.0)], raw_discount=raw) == []
    assert problems([(2.0, 10.0, 20.0)], raw_discount=raw) != []


def test_lines_that_do_not_sum_to_the_subtotal_are_told() -> None:
    assert problems(GOOD, subtotal=22.01) == [("lines_sum_differs", "subtotal")]


def test_a_total_that_is_not_subtotal_and_tax_is_told() -> None:
    assert problems(GOOD, subtotal=21.01, tax=4.2, total=25.0) == [("total_differs", "total")]


def test_without_a_subtotal_lines_sum_to_the_total_with_or_without_tax() -> None:
    assert problems(GOOD, tax=4.2, total=25.21) == []
    assert problems(GOOD, tax=4.2, total=21.01) == []
    assert problems(GOOD, tax=4.2, total=30.0) == [("lines_sum_differs", "total")]


def test_nothing_is_said_where_the_tax_was_not_asked_for() -> None:
    assert problems(GOOD, total=99.0) == []


def test_shipping_and_discount_may_or_may_not_be_in_the_subtotal() -> None:
    for total in (25.21, 30.21, 23.21, 28.21):
        assert (
            problems(GOOD, subtotal=21.01, tax=4.2, shipping=5.0, discount=2.0, total=total) == []
        )
    assert problems(GOOD, subtotal=21.01, tax=4.2, shipping=5.0, discount=2.0, total=26.0) != []


def test_a_value_that_is_in_doubt_or_absent_is_not_reckoned_with() -> None:
    asked = wanted("subtotal", "tax", "total")
    doubt = (Problem("ambiguous", "", "tax"),)
    fields = {
        "subtotal": FieldValue(10.0),
        "tax": FieldValue(2.0, problems=doubt),
        "total": FieldValue(99.0),
        "lines[0].amount": FieldValue(10.0),
        "lines[1].amount": FieldValue(None),
    }
    assert check_sums(asked, [ReadTable(asked.tables[0], 2)], fields) == []


def test_a_discount_column_that_was_not_asked_for_silences_the_check_of_lines() -> None:
    asked = wanted("total")
    fields = {f"lines[0].{name}": FieldValue(value) for name, value in
              (("quantity", 2.0), ("unit_price", 10.0), ("amount", 18.0))}  # fmt: skip
    (table,) = asked.tables
    assert check_sums(asked, [ReadTable(table, 1, frozenset({"discount"}))], fields) == []
    assert check_sums(asked, [ReadTable(table, 1)], fields) != []
