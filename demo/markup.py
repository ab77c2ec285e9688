"""The small markup of `content/*.txt`, turned into reportlab flowables.

Blocks stand between blank lines. `# ` opens a title, `## ` a section, `### ` a subsection and `! `
a boxed note; `- ` and `1. ` make lists; `~ ` is handwriting; rows `| a | b |` make a table. A line
`@name argument` is a directive, see `DIRECTIVES`; `@plain` and `@fields` change the next table.
Inline, reportlab's own `<b>`, `<i>` and `<br/>` work, and `[ ]`, `[x]` are check boxes.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportlab.lib.colors import HexColor  # type: ignore[import-untyped] # ships no types
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped] # ships no types
from reportlab.lib.utils import ImageReader  # type: ignore[import-untyped] # ships no types
from reportlab.platypus import (  # type: ignore[import-untyped] # ships no types
    Flowable,
    FrameBreak,
    Image,
    KeepTogether,
    PageBreak,
    Paragraph,
    Spacer,
    Table,
)

from demo.tables import field_grid, ruled_table
from demo.theme import Look, styles

BOX_GLYPHS = {"[ ]": "☐", "[x]": "☒"}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a figure was drawn: 1-based page, and its box in fractions, origin top left."""

    page: int
    box: tuple[float, float, float, float]


@dataclass(slots=True)
class Setting:
    """What block makers need: the look, the text width, the figures and where they end up."""

    look: Look
    width: float
    figures: dict[str, Path]
    spots: dict[str, Spot] = field(default_factory=dict)
    table_kind: str = "ruled"

    def style(self, name: str) -> ParagraphStyle:
        """A paragraph style of the look."""
        return styles(self.look)[name]


class SpottedImage(Image):  # type: ignore[misc] # reportlab ships no types
    """An image that notes the page and the box where it is drawn."""

    def __init__(self, name: str, path: Path, width: float, setting: Setting) -> None:
        columns, rows = ImageReader(str(path)).getSize()
        super().__init__(str(path), width, width * rows / columns)
        self.name, self.setting = name, setting

    def draw(self) -> None:
        """Draw, and record the spot."""
        super().draw()
        left, bottom = self.canv.absolutePosition(0, 0)
        page_width, page_height = self.setting.look.size
        box = (
            left / page_width,
            1 - (bottom + self.drawHeight) / page_height,
            (left + self.drawWidth) / page_width,
            1 - bottom / page_height,
        )
        self.setting.spots[self.name] = Spot(self.canv.getPageNumber(), box)


def read_story(text: str, setting: Setting) -> list[Flowable]:
    """The flowables of a content file's body, in order."""
    return [flowable for block in _blocks(text) for flowable in _make(block, setting)]


def inline(text: str) -> str:
    """Inline markup as reportlab wants it: check boxes become glyphs."""
    for mark, glyph in BOX_GLYPHS.items():
        text = text.replace(mark, f'<font name="Symbols">{glyph}</font>')
    return text


def _blocks(text: str) -> Iterator[list[str]]:
    for chunk in re.split(r"\n\s*\n", text.strip()):
        yield chunk.strip("\n").split("\n")


def _make(block: list[str], setting: Setting) -> list[Flowable]:
    first = block[0]
    if first.startswith("@"):
        return _directive(block, setting)
    for prefix, maker in MAKERS:
        if re.match(prefix, first):
            return maker(block, setting)
    return [_paragraph(" ".join(block), setting, "body")]


def _paragraph(text: str, setting: Setting, style: str) -> Paragraph:
    return Paragraph(inline(text), setting.style(style))


def _heading(block: list[str], setting: Setting) -> list[Flowable]:
    hashes, text = block[0].split(" ", 1)
    made = _paragraph(text, setting, ("title", "h1", "h2")[len(hashes) - 1])
    rest = block[1:]
    return [made, *(_make(rest, setting) if rest else [])]


def _list(block: list[str], setting: Setting) -> list[Flowable]:
    return [_item(line, setting) for line in block]


def _item(line: str, setting: Setting) -> Paragraph:
    mark, text = line.split(" ", 1)
    bullet = "\N{BULLET}" if mark == "-" else mark
    return Paragraph(inline(text), setting.style("item"), bulletText=bullet)


def _note(block: list[str], setting: Setting) -> list[Flowable]:
    text = " ".join(line.removeprefix("! ") for line in block)
    table = Table([[_paragraph(text, setting, "callout")]], colWidths=[setting.width])
    accent = HexColor(setting.look.accent)
    table.setStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), HexColor("#f3f1ec")),
            ("LINEBEFORE", (0, 0), (0, -1), 3, accent),
            ("LEFTPADDING", (0, 0), (-1, -1), 10),
            ("TOPPADDING", (0, 0), (-1, -1), 6),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 8),
        ]
    )
    return [table, Spacer(0, setting.look.points)]


def _hand(block: list[str], setting: Setting) -> list[Flowable]:
    return [_paragraph(line.removeprefix("~ "), setting, "hand") for line in block]


def _table(block: list[str], setting: Setting) -> list[Flowable]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block]
    kind, setting.table_kind = setting.table_kind, "ruled"
    if kind == "fields":
        table = field_grid(rows, setting.style("cell"), setting.width)
    else:
        cells = [[inline(cell) for cell in row] for row in rows]
        style, accent = setting.style("cell"), setting.look.accent
        table = ruled_table(cells, style, setting.width, accent, has_header=kind == "ruled")
    return [table, Spacer(0, setting.look.points)]


def _directive(block: list[str], setting: Setting) -> list[Flowable]:
    name, _, argument = block[0][1:].partition(" ")
    if name in ("fields", "plain"):
        setting.table_kind = name
        made: list[Flowable] = []
    else:
        made = DIRECTIVES[name](argument, setting)
    return made + (_make(block[1:], setting) if block[1:] else [])


def _figure(argument: str, setting: Setting) -> list[Flowable]:
    head, _, caption = argument.partition("|")
    name, share = head.split()
    image = SpottedImage(name, setting.figures[name], setting.width * float(share), setting)
    image.hAlign = "CENTER"
    parts: list[Flowable] = [Spacer(0, 3), image]
    if caption:
        parts += [Spacer(0, 3), _paragraph(caption.strip(), setting, "caption")]
    return [KeepTogether([*parts, Spacer(0, 6)])]


def _styled(style: str) -> Callable[[str, Setting], list[Flowable]]:
    return lambda text, setting: [_paragraph(text, setting, style)]


MAKERS: tuple[tuple[str, Callable[[list[str], Setting], list[Flowable]]], ...] = (
    (r"#{1,3} ", _heading),
    (r"- |\d+\. ", _list),
    (r"! ", _note),
    (r"~ ", _hand),
    (r"\|", _table),
)
DIRECTIVES: dict[str, Callable[[str, Setting], list[Flowable]]] = {
    "page": lambda _argument, _setting: [PageBreak()],
    "frame": lambda _argument, _setting: [FrameBreak()],
    "space": lambda points, _setting: [Spacer(0, float(points))],
    "figure": _figure,
    "caption": _styled("caption"),
    "centre": _styled("centre"),
    "right": _styled("right"),
}
