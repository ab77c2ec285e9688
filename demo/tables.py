"""Tables and form grids of the demo documents."""

import re
from collections.abc import Sequence

from reportlab.lib.colors import HexColor, white  # type: ignore[import-untyped] # ships no types
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped] # ships no types
from reportlab.platypus import Paragraph, Table  # type: ignore[import-untyped] # ships no types

NUMBER = re.compile(
    r"^[(\u2212+-]?[\d.,\u202f]+\)?( ?(%|€|£|EUR|h|mm|bar|kW|t|kg|l))?$|^[\u2013-]$|^$"
)
MIN_CELL, MAX_CELL = 5, 46


def ruled_table(
    rows: Sequence[Sequence[str]],
    style: ParagraphStyle,
    width: float,
    accent: str,
    *,
    has_header: bool,
) -> Table:
    """A table with hairlines; columns of numbers are set flush right."""
    aligned = _aligned_styles(rows, style, has_header=has_header)
    cells = [[Paragraph(text, aligned[column]) for column, text in enumerate(row)] for row in rows]
    if has_header:
        cells[0] = [_header(text, aligned[column]) for column, text in enumerate(rows[0])]
    table = Table(cells, colWidths=_widths(rows, width), repeatRows=int(has_header))
    table.setStyle(_ruled_style(accent, has_header=has_header))
    return table


def field_grid(rows: Sequence[Sequence[str]], style: ParagraphStyle, width: float) -> Table:
    """A form: each cell is `label :: value`, the value in handwriting."""
    n_columns = max(len(row) for row in rows)
    cells = [[_field(text, style) for text in row] for row in rows]
    table = Table(cells, colWidths=[width / n_columns] * n_columns)
    table.setStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.7, HexColor("#555555")),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ]
    )
    return table


def _field(text: str, style: ParagraphStyle) -> list[Paragraph]:
    label, _, value = text.partition("::")
    small = ParagraphStyle("label", parent=style, fontSize=6.6, leading=9, textColor="#444444")
    hand = ParagraphStyle(
        "value", parent=style, fontName="Hand", fontSize=11.5, leading=14, textColor="#1b3a8a"
    )
    return [Paragraph(label.strip(), small), Paragraph(value.strip() or "&nbsp;", hand)]


def _aligned_styles(
    rows: Sequence[Sequence[str]], style: ParagraphStyle, *, has_header: bool
) -> list[ParagraphStyle]:
    body = rows[1:] if has_header else rows
    right = ParagraphStyle("right-cell", parent=style, alignment=2)
    columns = zip(*body, strict=True)
    return [
        right if all(NUMBER.match(re.sub(r"<[^>]+>", "", cell)) for cell in column) else style
        for column in columns
    ]


def _header(text: str, style: ParagraphStyle) -> Paragraph:
    bold = ParagraphStyle(
        "header-cell", parent=style, fontName=f"{style.fontName}-Bold", textColor=white
    )
    return Paragraph(text, bold)


def _widths(rows: Sequence[Sequence[str]], width: float) -> list[float]:
    lengths = [
        max(len(re.sub(r"<[^>]+>", "", row[column])) for row in rows)
        for column in range(len(rows[0]))
    ]
    shares = [min(max(length, MIN_CELL), MAX_CELL) ** 0.8 for length in lengths]
    return [width * share / sum(shares) for share in shares]


def _ruled_style(accent: str, *, has_header: bool) -> list[tuple[object, ...]]:
    line = HexColor("#c9c9c9")
    rules: list[tuple[object, ...]] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, line),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
        ("LEFTPADDING", (0, 0), (-1, -1), 5),
        ("RIGHTPADDING", (0, 0), (-1, -1), 5),
    ]
    if has_header:
        rules.append(("BACKGROUND", (0, 0), (-1, 0), HexColor(accent)))
        rules.append(("ROWBACKGROUNDS", (0, 1), (-1, -1), [white, HexColor("#f6f6f4")]))
    return rules
