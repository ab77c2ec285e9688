"""What must hold between values: lines, their sum, tax and total. Nothing is ever corrected.

A check runs where the values that it needs were found and are not in doubt. Fields are known by
their roles, so their names do not matter.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from answer.extraction.results import FieldValue, Problem, item_path
from answer.extraction.wanted import Wanted, WantedField, WantedTable

TOLERANCE = 0.01 + 1e-6  # a cent


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table as it was found.

    Attributes:
        wanted: what was asked for.
        n_rows: how many rows it has.
        other_roles: of the page's columns that were not asked for.
    """

    wanted: WantedTable
    n_rows: int
    other_roles: frozenset[str] = frozenset()


def check_sums(
    wanted: Wanted, tables: Sequence[ReadTable], fields: Mapping[str, FieldValue]
) -> list[Problem]:
    """Everything that does not add up."""
    found = [problem for table in tables for problem in _line_problems(table, fields)]
    singles = {field.role: field for field in wanted.fields if field.role}
    found += [problem for table in tables for problem in _sum_problems(table, singles, fields)]
    return [*found, *_total_problems(singles, fields)]


def _line_problems(table: ReadTable, fields: Mapping[str, FieldValue]) -> Iterator[Problem]:
    """Quantity x unit price = amount, less a discount in percent or money."""
    columns = {column.role: column.path for column in table.wanted.columns if column.role}
    if not {"quantity", "unit_price", "amount"} <= set(columns) or "discount" in table.other_roles:
        return
    for row in range(table.n_rows):
        cells = {role: item_path(table.wanted.path, row, path) for role, path in columns.items()}
        values = [_number(fields, cells[role]) for role in ("quantity", "unit_price", "amount")]
        if None in values:
            continue
        quantity, price, amount = (value or 0.0 for value in values)
        due = quantity * price - _discount(fields, cells.get("discount"), quantity * price)
        if abs(due - amount) > TOLERANCE:
            message = f"{quantity:g} x {price:,.2f} is {due:,.2f}, the line says {amount:,.2f}"
            yield Problem("line_amount_differs", message, cells["amount"])


def _discount(fields: Mapping[str, FieldValue], path: str | None, gross: float) -> float:
    value = _number(fields, path) if path else None
    if path is None or value is None:
        return 0.0
    is_percent = "%" in (fields[path].raw or "")
    return gross * abs(value) / 100 if is_percent else abs(value)


def _sum_problems(
    table: ReadTable, singles: Mapping[str, WantedField], fields: Mapping[str, FieldValue]
) -> Iterator[Problem]:
    """The lines' amounts sum to the subtotal or, where there is none, to the total."""
    column = next((c.path for c in table.wanted.columns if c.role == "amount"), None)
    if column is None or not table.n_rows:
        return
    paths = [item_path(table.wanted.path, row, column) for row in range(table.n_rows)]
    amounts = [value for path in paths if (value := _number(fields, path)) is not None]
    sums = _possible_sums(singles, fields)
    if len(amounts) < len(paths) or not sums:
        return
    added = sum(amounts)
    if all(abs(added - value) > TOLERANCE for _, value in sums):
        path, value = sums[0]
        message = f"the lines sum to {added:,.2f}, {path} is {value:,.2f}"
        yield Problem("lines_sum_differs", message, path)


def _possible_sums(
    singles: Mapping[str, WantedField], fields: Mapping[str, FieldValue]
) -> list[tuple[str, float]]:
    """What the lines may sum to: the subtotal; without one the total, with or without tax."""
    known = _known(singles, fields)
    if "subtotal" in known:
        return [(singles["subtotal"].path, known["subtotal"])]
    is_untaxed = "tax" in singles and "subtotal" in singles
    if "total" not in known or not ("tax" in known or is_untaxed):
        return []
    extras = known.get("shipping", 0.0) - abs(known.get("discount", 0.0))
    total, path = known["total"], singles["total"].path
    bases = {total, total - known.get("tax", 0.0)}
    return [(path, base - extra) for base in sorted(bases) for extra in sorted({0.0, extras})]


def _total_problems(
    singles: Mapping[str, WantedField], fields: Mapping[str, FieldValue]
) -> Iterator[Problem]:
    """Subtotal + tax = total; shipping and discount may or may not be in the subtotal."""
    known = _known(singles, fields)
    if not {"subtotal", "tax", "total"} <= set(known):
        return
    added = known["subtotal"] + known["tax"]
    shipping, discount = known.get("shipping", 0.0), abs(known.get("discount", 0.0))
    possible = {added + s - d for s in (0.0, shipping) for d in (0.0, discount)}
    if all(abs(value - known["total"]) > TOLERANCE for value in possible):
        message = (
            f"{known['subtotal']:,.2f} and tax of {known['tax']:,.2f} are {added:,.2f}, "
            f"the total is {known['total']:,.2f}"
        )
        yield Problem("total_differs", message, singles["total"].path)


def _known(
    singles: Mapping[str, WantedField], fields: Mapping[str, FieldValue]
) -> dict[str, float]:
    found = {role: _number(fields, field.path) for role, field in singles.items() if role}
    return {role: value for role, value in found.items() if value is not None}


def _number(fields: Mapping[str, FieldValue], path: str) -> float | None:
    """The number of a field that nothing is wrong with."""
    field = fields.get(path)
    if field is None or not field.is_settled or isinstance(field.value, bool):
        return None
    return float(field.value) if isinstance(field.value, int | float) else None
