"""Sets one content file as a PDF: page frames, running heads, covers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.colors import HexColor, white  # type: ignore[import-untyped] # ships no types
from reportlab.pdfgen.canvas import Canvas  # type: ignore[import-untyped] # ships no types
from reportlab.platypus import (  # type: ignore[import-untyped] # ships no types
    BaseDocTemplate,
    Frame,
    NextPageTemplate,
    PageTemplate,
)

from demo.markup import Setting, Spot, read_story
from demo.theme import LOOKS, Look

GUTTER = 16.0
PAPER_HEAD = 168.0


@dataclass(frozen=True, slots=True)
class Source:
    """A content file: its head lines (`key: value`) and its body."""

    name: str
    head: Mapping[str, str]
    body: str

    @property
    def look(self) -> Look:
        """The look that the head names."""
        return LOOKS[self.head["look"]]


def read_source(path: Path) -> Source:
    """Split a content file at its `---` line."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n---\n")
    pairs = (line.split(": ", 1) for line in head.splitlines())
    return Source(path.stem, {key: value.strip() for key, value in pairs}, body)


def set_pdf(source: Source, figures: dict[str, Path], target: Path) -> dict[str, Spot]:
    """Write the PDF; returns where each figure stands."""
    look = source.look
    setting = Setting(look, _column_width(look), figures)
    document = BaseDocTemplate(
        str(target),
        pagesize=look.size,
        title=source.head["title"],
        author=source.head["author"],
        subject=source.head.get("subject", ""),
        lang=source.head.get("lang", "en"),
        invariant=1,
    )
    document.addPageTemplates(_templates(source))
    document.build([NextPageTemplate("later"), *read_story(source.body, setting)])
    return setting.spots


def _column_width(look: Look) -> float:
    inner = look.size[0] - 2 * look.margin
    return float((inner - GUTTER * (look.columns - 1)) / look.columns)


def _templates(source: Source) -> list[PageTemplate]:
    look = source.look
    draw = FURNITURE[look.furniture]
    top = look.size[1] - look.top
    first_top = top - PAPER_HEAD if look.columns > 1 else top
    first = _frames(look, first_top)
    if look.columns > 1:
        inner = look.size[0] - 2 * look.margin
        first.insert(0, _frame(look.margin, first_top, inner, PAPER_HEAD))

    def on_page(canvas: Canvas, _document: BaseDocTemplate) -> None:
        draw(canvas, source)

    return [
        PageTemplate("first", first, onPage=on_page),
        PageTemplate("later", _frames(look, top), onPage=on_page),
    ]


def _frames(look: Look, top: float) -> list[Frame]:
    width, bottom = _column_width(look), look.top * 0.85
    return [
        _frame(look.margin + column * (width + GUTTER), bottom, width, top - bottom)
        for column in range(look.columns)
    ]


def _frame(left: float, bottom: float, width: float, height: float) -> Frame:
    paddings = dict.fromkeys(("leftPadding", "rightPadding", "topPadding", "bottomPadding"), 0)
    return Frame(left, bottom, width, height, **paddings)


def _rule(canvas: Canvas, source: Source) -> None:
    look = source.look
    width, height = look.size
    canvas.setFont(look.head, 8)
    canvas.setFillColor(HexColor("#666666"))
    canvas.setStrokeColor(HexColor(look.accent))
    canvas.setLineWidth(0.8)
    canvas.line(look.margin, height - look.top + 12, width - look.margin, height - look.top + 12)
    canvas.drawString(look.margin, height - look.top + 17, source.head.get("header", ""))
    canvas.drawString(look.margin, look.top * 0.5, source.head.get("footer", ""))
    canvas.drawRightString(width - look.margin, look.top * 0.5, str(canvas.getPageNumber()))


def _cover(canvas: Canvas, source: Source) -> None:
    if canvas.getPageNumber() > 1:
        _rule(canvas, source)
        return
    look = source.look
    width, height = look.size
    canvas.setFillColor(HexColor(look.accent))
    canvas.rect(0, height * 0.42, width, height * 0.58, stroke=0, fill=1)
    for step in range(7):
        canvas.setStrokeColor(white, alpha=0.12 + step * 0.05)
        canvas.setLineWidth(1.6)
        level = height * 0.46 + step * 11
        wave = canvas.beginPath()
        wave.moveTo(0, level)
        wave.curveTo(width / 3, level + 44, width * 0.6, level - 44, width, level + 14)
        canvas.drawPath(wave)
    _cover_text(canvas, source)


def _cover_text(canvas: Canvas, source: Source) -> None:
    look = source.look
    height = look.size[1]
    canvas.setFillColor(white)
    canvas.setFont(f"{look.head}-Bold", 38)
    for number, line in enumerate(source.head["cover"].split(" / ")):
        canvas.drawString(look.margin, height * 0.84 - 46 * number, line)
    canvas.setFont(look.head, 15)
    canvas.drawString(look.margin, height * 0.90, source.head["author"])


def _deck(canvas: Canvas, source: Source) -> None:
    look = source.look
    width, height = look.size
    canvas.setFillColor(HexColor(look.accent))
    canvas.rect(0, 0, 12, height, stroke=0, fill=1)
    canvas.setFont(look.head, 8)
    canvas.setFillColor(HexColor("#777777"))
    canvas.drawString(look.margin, 12, source.head.get("footer", ""))
    canvas.drawRightString(width - 18, 12, str(canvas.getPageNumber()))


def _plain(_canvas: Canvas, _source: Source) -> None:
    return


FURNITURE: dict[str, Callable[[Canvas, Source], None]] = {
    "rule": _rule,
    "cover": _cover,
    "deck": _deck,
    "plain": _plain,
}
