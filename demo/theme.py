"""Fonts and looks: how each kind of demo document is set."""

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from reportlab.lib.colors import HexColor  # type: ignore[import-untyped] # ships no types
from reportlab.lib.pagesizes import A4, A5, landscape  # type: ignore[import-untyped] # ships no types
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped] # ships no types
from reportlab.pdfbase import pdfmetrics  # type: ignore[import-untyped] # ships no types
from reportlab.pdfbase.ttfonts import TTFont  # type: ignore[import-untyped] # ships no types

MM = 72 / 25.4
FACES = ("Regular", "Bold", "Italic", "BoldItalic")
FAMILIES = {
    "Barlow": ("fontpkg_barlow", "Barlow"),
    "Lato": ("fontpkg_lato", "Lato"),
    "Plex": ("fontpkg_ibm_plex_serif", "IBMPlexSerif"),
    "Mono": ("fontpkg_ibm_plex_mono", "IBMPlexMono"),
}
TIMES_FILES = (
    "STIXGeneral.ttf",
    "STIXGeneralBol.ttf",
    "STIXGeneralItalic.ttf",
    "STIXGeneralBolIta.ttf",
)


@dataclass(frozen=True, slots=True)
class Look:
    """The typography and page geometry of one kind of document; lengths are in points."""

    body: str
    head: str
    accent: str
    size: tuple[float, float] = A4
    margin: float = 22 * MM
    top: float = 24 * MM
    points: float = 10
    columns: int = 1
    justified: bool = False
    furniture: str = "rule"

    @property
    def leading(self) -> float:
        """Distance between base lines."""
        return self.points * 1.42


LOOKS = {
    "report": Look("Plex", "Barlow", "#0b5d7a", points=11, furniture="cover"),
    "manual": Look("Barlow", "Barlow", "#b3471d", points=11.2),
    "paper": Look(
        "Times", "Times", "#222222", points=9.6, columns=2, justified=True, margin=18 * MM
    ),
    "minutes": Look("Times", "Times", "#5a1a2b", points=12.6),
    "handbook": Look("Lato", "Lato", "#2d6a4f", points=11),
    "deck": Look(
        "Barlow", "Barlow", "#3d2c8d", landscape((720, 405)), 36, 34, 18, furniture="deck"
    ),
    "letter": Look("Plex", "Barlow", "#7a5c00", points=10.8, furniture="plain"),
    "bericht": Look("Plex", "Barlow", "#7a5c00", points=11.4),
    "cahier": Look("Lato", "Barlow", "#8c2f39", points=11.6),
    "typed": Look("Mono", "Mono", "#222222", A5, 36, 40, 9.6, furniture="plain"),
    "slip": Look("Plex", "Barlow", "#333333", A5, 36, 40, 10, furniture="plain"),
    "form": Look(
        "Lato", "Lato", "#333f50", points=10.4, margin=18 * MM, top=18 * MM, furniture="plain"
    ),
    "receipt": Look("Mono", "Mono", "#000000", (240, 490), 12, 12, 9.6, furniture="plain"),
}


def register_fonts() -> None:
    """Make every family known to reportlab under its short name."""
    for name, (package, stem) in FAMILIES.items():
        folder = Path(str(files(package))) / "files"
        _register_family(name, [folder / f"{stem}-{face}.ttf" for face in FACES])
    fonts = Path(str(files("matplotlib"))) / "mpl-data" / "fonts" / "ttf"
    _register_family("Times", [fonts / name for name in TIMES_FILES])
    pdfmetrics.registerFont(TTFont("Symbols", str(fonts / "DejaVuSans.ttf")))
    kalam = Path(str(files("fontpkg_kalam"))) / "files" / "Kalam-Regular.ttf"
    pdfmetrics.registerFont(TTFont("Hand", str(kalam)))


def _register_family(name: str, paths: list[Path]) -> None:
    names = [name, f"{name}-Bold", f"{name}-Italic", f"{name}-BoldItalic"]
    for face, path in zip(names, paths, strict=True):
        pdfmetrics.registerFont(TTFont(face, str(path)))
    pdfmetrics.registerFontFamily(name, *names)


def styles(look: Look) -> dict[str, ParagraphStyle]:
    """The paragraph styles of a look, by name."""
    accent = HexColor(look.accent)
    bold = f"{look.head}-Bold"
    size = look.points
    body = ParagraphStyle(
        "body",
        fontName=look.body,
        fontSize=size,
        leading=look.leading,
        spaceAfter=size * 0.65,
        alignment=4 if look.justified else 0,
    )
    made = [
        body,
        _derive(body, "title", fontName=bold, fontSize=size * 2.1, leading=size * 2.5, alignment=0),
        _derive(body, "h1", fontName=bold, fontSize=size * 1.75, leading=size * 2.15, alignment=0),
        _derive(body, "h2", fontName=bold, fontSize=size * 1.25, leading=size * 1.65, alignment=0),
        _derive(
            body,
            "item",
            leftIndent=size * 1.8,
            bulletFontName=look.body,
            bulletFontSize=size,
            spaceAfter=size * 0.35,
        ),
        _derive(body, "callout", spaceAfter=0, fontSize=size * 0.96),
        _derive(body, "cell", fontSize=size * 0.88, leading=size * 1.14, spaceAfter=0, alignment=0),
        _derive(body, "caption", fontSize=size * 0.84, leading=size * 1.12, textColor="#555555"),
        _derive(body, "hand", fontName="Hand", textColor="#1b3a8a", fontSize=size * 1.15),
        _derive(body, "centre", alignment=1),
        _derive(body, "right", alignment=2),
    ]
    by_name = {style.name: style for style in made}
    by_name["title"].textColor = by_name["h1"].textColor = by_name["h2"].textColor = accent
    by_name["h1"].spaceBefore, by_name["h2"].spaceBefore = size * 0.5, size * 0.9
    by_name["h1"].keepWithNext = by_name["h2"].keepWithNext = 1
    return by_name


def _derive(parent: ParagraphStyle, name: str, **changes: object) -> ParagraphStyle:
    return ParagraphStyle(name, parent=parent, **changes)
