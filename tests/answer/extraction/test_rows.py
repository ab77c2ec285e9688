"""Tables on pages laid out by hand; two or more spaces part the cells."""

from collections.abc import Callable
from typing import Any

import pytest

from answer.extraction.grid import read_grid
from answer.extraction.rows import assign, find_tables, fits, read_line
from answer.extraction.values import Habits
from answer.extraction.wanted import WantedTable, read_schema
from index.records import PageWords

Lay = Callable[..., PageWords]
Read = Callable[..., list[dict[str, object]]]
HABITS = Habits(".")


def table(*numbers: str, text: str = "description") -> WantedTable:
    columns: dict[str, Any] = {text: {"type": "string"}} | {n: {"type": "number"} for n in numbers}
    rows = {"type": "array", "items": {"type": "object", "properties": columns}}
    return read_schema({"type": "object", "properties": {"lines": rows}}).tables[0]


ITEMS = table("quantity", "unit_price", "amount")


@pytest.fixture
def read(lay: Lay) -> Read:
    def rows(wanted: WantedTable, *lines: str) -> list[dict[str, object]]:
        grid = read_grid(lay(lines).words)
        return [
            {
                path: cell.reading.value if cell.reading else None
                for path, cell in read_line(
                    wanted, assign(wanted, found), line, grid, HABITS
                ).items()
            }
            for found in find_tables(grid, [wanted], HABITS)
            if fits(wanted, found)
            for line in found.lines
        ]

    return rows


HEADER = "Description                Quantity   Unit price, £     Amount, £"


def item(text: str, quantity: float, price: float, amount: float) -> dict[str, object]:
    return {"description": text, "quantity": quantity, "unit_price": price, "amount": amount}


def test_the_lines_below_a_header_are_rows_until_the_sums(read: Read) -> None:
    assert read(
        ITEMS,
        "Number of order       7",
        HEADER,
        "Thermometer, class AA            12           48.50        582.00",
        "Bath oil, 5 l                     3           96.20        288.60",
        "                                    Net amount        870.60",
        "                                    Total           1,044.72",
    ) == [item("Thermometer, class AA", 12, 48.5, 582), item("Bath oil, 5 l", 3, 96.2, 288.6)]


def test_text_below_a_row_carries_its_column_on(read: Read) -> None:
    (row,) = read(
        ITEMS,
        HEADER,
        "Garden hose, reinforced,          2           10.00         20.00",
        "with brass fittings",
        "                                              Total         20.00",
    )
    assert row == item("Garden hose, reinforced, with brass fittings", 2, 10, 20)


def test_a_header_may_take_two_lines_and_stand_close_together(read: Read) -> None:
    wanted = table("quantity", "unit_price", "amount")
    (row,) = read(
        wanted,
        "                                      Unit",
        "Description              Quantity     price  Amount",
        "Oak shelf                       2     10.00   20.00",
    )
    assert row == item("Oak shelf", 2, 10, 20)
    (row,) = read(wanted, "Product          Qty Price Total", "Oak shelf        2    7.00  14.00")
    assert row == item("Oak shelf", 2, 7, 14)


def test_a_line_above_the_header_is_no_part_of_it(read: Read) -> None:
    (row,) = read(
        ITEMS,
        "Work        River path below the weir",
        HEADER,
        "Oak stakes                      140           17.50      2,450.00",
    )
    assert row == item("Oak stakes", 140, 17.5, 2450)


def test_amounts_that_stand_close_together_are_two_cells(read: Read) -> None:
    (row,) = read(
        table("quantity", "unit_price", "amount"),
        "Désignation           Nombre      P.U. HT     Montant HT",
        "Justificatif               1         0.75 €       0.75 €".replace("€       0", "€ 0"),
    )
    assert row == item("Justificatif", 1, 0.75, 0.75)


def test_a_sum_that_is_carried_forward_is_no_row(read: Read) -> None:
    rows = read(
        ITEMS,
        HEADER,
        "Oak shelf                         2           10.00         20.00",
        "Carried forward                                             20.00",
        "Hand lamp                         1            5.00          5.00",
    )
    assert [row["description"] for row in rows] == ["Oak shelf", "Hand lamp"]


def test_a_cell_that_cannot_be_read_is_there_without_a_value(read: Read) -> None:
    (row,) = read(
        ITEMS, HEADER, "Oak shelf                       two           10.00         20.00"
    )
    assert row == item("Oak shelf", 2, 10, 20) | {"quantity": None}


def test_a_table_of_names_of_its_own_is_found_by_them(read: Read) -> None:
    wanted = table("depth", "yield", text="well")
    assert read(
        wanted,
        "Well          Depth        Yield",
        "North            12          3.4",
        "South             9          2.1",
    ) == [
        {"well": "North", "depth": 12.0, "yield": 3.4},
        {"well": "South", "depth": 9.0, "yield": 2.1},
    ]


def test_a_page_of_text_has_no_table(read: Read) -> None:
    assert read(ITEMS, "The amount of rain", "and its description") == []
