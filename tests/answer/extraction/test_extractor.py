"""Whole extractions of pages laid out by hand; two or more spaces part the cells."""

from collections.abc import Callable
from typing import Any

from answer.answers import EvidencePage
from answer.extraction.extractor import Extractor
from answer.extraction.model_reader import ModelReader
from answer.extraction.results import Extracted
from answer.extraction.wanted import read_schema

MakePage = Callable[..., EvidencePage]
COLUMNS = {
    "description": "string",
    "quantity": "number",
    "unit_price": "number",
    "amount": "number",
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string", "pattern": "^QL-\\d+$"},
        "invoice_date": {"type": "string", "format": "date"},
        "lines": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": kind} for name, kind in COLUMNS.items()},
            },
        },
        "subtotal": {"type": "number"},
        "tax": {"type": "number"},
        "total": {"type": "number"},
    },
    "required": ["invoice_number", "total"],
}
LINES = (
    "Invoice no.      QL-417",
    "Date             17 April 2024",
    "",
    "Description              Quantity     Unit price       Amount",
    "Bath oil, 5 l                   3          96.20       288.60",
    "Vacuum grease                   6          11.75        70.50",
    "",
    "                              Net amount        359.10",
    "                              VAT 20 %           71.82",
    "                              Total             430.92",
)


def extract(*pages: EvidencePage, schema: dict[str, Any] = SCHEMA, chat: Any = None) -> Extracted:
    reader = None if chat is None else ModelReader(chat.client())
    return Extractor(reader).extract(read_schema(schema), pages)


def changed(**lines: str) -> list[str]:
    """The invoice with the line that begins so replaced."""
    return [
        next((n for k, n in lines.items() if line.lstrip().startswith(k)), line) for line in LINES
    ]


def codes(found: Extracted) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in found.problems]


def test_an_invoice_is_read_with_a_box_for_each_value(make_page: MakePage) -> None:
    page = make_page(*LINES)
    found = extract(page)
    assert found.is_valid
    assert found.problems == ()
    values = {path: field.value for path, field in found.fields.items()}
    assert values == {
        "invoice_number": "QL-417", "invoice_date": "2024-04-17",
        "subtotal": 359.1, "tax": 71.82, "total": 430.92,
        "lines[0].description": "Bath oil, 5 l", "lines[0].quantity": 3.0,
        "lines[0].unit_price": 96.2, "lines[0].amount": 288.6,
        "lines[1].description": "Vacuum grease", "lines[1].quantity": 6.0,
        "lines[1].unit_price": 11.75, "lines[1].amount": 70.5,
    }  # fmt: skip
    date = found.fields["invoice_date"]
    spoken = [word for word in page.words.words if word.text in ("17", "April", "2024")]
    assert date.box is not None
    assert date.box.left == spoken[0].box.left
    assert date.box.right == spoken[-1].box.right
    assert (date.quote, date.page, date.source) == ("17 April 2024", 1, "words")
    assert found.fields["lines[0].amount"].source == "table"


def test_a_table_goes_on_over_pages_and_the_last_total_counts(make_page: MakePage) -> None:
    first = make_page(*LINES[:5], "                             Total    288.60")
    second = make_page(LINES[3], *LINES[5:], page=2)
    found = extract(first, second)
    assert found.is_valid
    assert [found.fields[f"lines[{n}].amount"].page for n in range(2)] == [1, 2]
    assert (found.fields["total"].value, found.fields["total"].page) == (430.92, 2)


def test_planted_errors_are_told_and_nothing_is_corrected(make_page: MakePage) -> None:
    wrong = changed(Bath="Bath oil, 5 l                   3          96.20       298.60")
    found = extract(make_page(*wrong))
    assert codes(found) == [
        ("line_amount_differs", "lines[0].amount"),
        ("lines_sum_differs", "subtotal"),
    ]
    assert not found.is_valid
    assert found.fields["lines[0].amount"].value == 298.6


def test_what_is_missing_stays_missing(make_page: MakePage) -> None:
    found = extract(make_page("Dear Sir,", "the total eclipse was on 8 April 2024."))
    assert {field.value for field in found.fields.values()} == {None}
    assert not found.is_valid
    assert ("not_found", "lines") in codes(found)
    assert ("not_found", "total") in codes(found)


def test_a_missing_value_that_is_not_required_leaves_the_rest_valid(make_page: MakePage) -> None:
    found = extract(make_page(*changed(Date="")))
    assert found.is_valid
    assert codes(found) == [("not_found", "invoice_date")]


def test_a_value_that_the_schema_forbids_is_shown_and_told(make_page: MakePage) -> None:
    found = extract(make_page(*changed(Invoice="Invoice no.      RX-9")))
    assert found.fields["invoice_number"].value == "RX-9"
    assert codes(found) == [("not_allowed", "invoice_number")]
    assert not found.is_valid


def test_two_values_that_are_as_sure_are_told(make_page: MakePage) -> None:
    found = extract(make_page(*LINES[:2], "Date             18 April 2024", *LINES[2:]))
    date = found.fields["invoice_date"]
    assert date.value == "2024-04-17"
    assert [problem.code for problem in date.problems] == ["ambiguous"]
    assert "18 April 2024" in date.problems[0].message


def test_a_model_is_not_asked_when_the_words_say_everything(make_page: MakePage, chat: Any) -> None:
    assert extract(make_page(*LINES), chat=chat).is_valid
    assert chat.asked == []


def test_without_pages_everything_is_missing_and_no_model_is_asked(chat: Any) -> None:
    assert {field.value for field in extract(chat=chat).fields.values()} == {None}
    assert chat.asked == []


def test_a_model_points_at_what_the_words_do_not_settle(make_page: MakePage, chat: Any) -> None:
    page = make_page(*changed(Date="Osby, this 17 April 2024"))
    chat.points_at(
        {"path": "invoice_date", "page_label": "P1", "quote": "17 April 2024"},
        {"path": "total", "page_label": "P1", "quote": "71.82"},
        {"path": "unheard_of", "page_label": "P1", "quote": "71.82"},
    )
    found = extract(page, chat=chat)
    assert found.is_valid
    date = found.fields["invoice_date"]
    assert (date.value, date.source, date.quote) == ("2024-04-17", "model", "17 April 2024")
    assert found.fields["total"].value == 430.92
    assert "unheard_of" not in found.fields
    assert '"invoice_date"' in chat.asked[0]["messages"][1]["content"][-1]["text"]
    assert '"total"' not in chat.asked[0]["messages"][1]["content"][-1]["text"]


def test_a_value_that_the_model_made_up_is_not_valid(make_page: MakePage, chat: Any) -> None:
    chat.points_at(
        {"path": "invoice_number", "page_label": "P1", "quote": "QL-99", "value": "QL-99"}
    )
    found = extract(make_page(*changed(Invoice="")), chat=chat)
    assert found.fields["invoice_number"].box is None
    assert ("unverified", "invoice_number") in codes(found)
    assert not found.is_valid


def test_a_table_that_was_not_found_is_filled_in_from_what_a_model_points_at(
    make_page: MakePage, chat: Any
) -> None:
    prose = ["We sold you 3 bath oils for 288.60", "and 6 tins of grease for 70.50."]
    chat.points_at(*(
        {"path": f"lines[{n}].amount", "page_label": "P1", "quote": quote}
        for n, quote in enumerate(("288.60", "70.50."))
    ))  # fmt: skip
    found = extract(make_page(*LINES[:2], *prose, *LINES[7:]), chat=chat)
    assert [found.fields[f"lines[{n}].amount"].value for n in range(2)] == [288.6, 70.5]
    assert ("not_found", "lines") not in codes(found)
    assert found.is_valid


def test_a_model_that_is_down_leaves_what_the_words_say_and_is_told(
    make_page: MakePage, chat: Any
) -> None:
    chat.fails(500)
    found = extract(make_page(*changed(Date="")), chat=chat)
    assert found.fields["total"].value == 430.92
    assert ("model_unavailable", "") in codes(found)
    assert found.is_valid
