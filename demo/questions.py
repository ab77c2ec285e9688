"""Turns `content/questions.jsonl` into queries, gold pages and gold boxes.

Each question names its document and either `find` (words that stand on the gold page, several
phrases parted by ` || `) or `figure`
(the chart that holds the answer). Pages and boxes are looked up in the clean PDF, so they stay true
when the text moves; a phrase that is found nowhere stops the build. `[[` and `]]` in a phrase bound
the part that gives the box.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped] # ships no types

from demo.markup import Spot
from demo.scans import Fractions, Scan, turned_box

BOX_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Made:
    """A finished document: its clean PDF, its figures' spots, and how it was scanned."""

    name: str
    clean: Path
    spots: Mapping[str, Spot]
    scan: Scan | None

    @property
    def is_image_only(self) -> bool:
        """Whether the pages as shipped carry no text layer."""
        return self.scan is not None


@dataclass(frozen=True, slots=True)
class Gold:
    """One line of `queries.jsonl` with its gold pages and boxes."""

    query: dict[str, object]
    doc: str
    spots: tuple[Spot, ...]


def read_golds(path: Path, documents: Mapping[str, Made]) -> list[Gold]:
    """Every question with its gold pages and boxes looked up."""
    lines = path.read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line) for line in lines if line]
    return [_gold(number, raw, documents) for number, raw in enumerate(asked, start=1)]


def _gold(number: int, raw: dict[str, str], documents: Mapping[str, Made]) -> Gold:
    made = documents.get(raw.get("doc", ""))
    query: dict[str, object] = {
        "query_id": f"q{number:03}",
        "query": raw["q"],
        "answers": raw["a"].split(" || ") if "a" in raw else [],
        "lang": raw.get("lang", "en"),
        "kind": _kind(raw, made),
        "evidence": raw.get("evidence", "text") if made else "none",
        "image_only_page": made is not None and _is_image_only(made, raw),
    }
    if "hard" in raw:
        query["hard"] = raw["hard"]
    return Gold(query, made.name if made else "", tuple(_spots(raw, made)) if made else ())


def _kind(raw: Mapping[str, str], made: Made | None) -> str:
    if made is None:
        return "unanswerable"
    return "visual" if made.is_image_only or "figure" in raw else "text"


def _is_image_only(made: Made, raw: Mapping[str, str]) -> bool:
    if made.scan is None:
        return False
    return all(spot.page not in made.scan.stamps for spot in _spots(raw, made))


def _spots(raw: Mapping[str, str], made: Made) -> Iterator[Spot]:
    found = [made.spots[raw["figure"]]] if "figure" in raw else []
    for phrase in filter(None, raw.get("find", "").split(" || ")):
        found += find_phrase(made, phrase)
    if not found:
        raise LookupError(f"{made.name}: no page says {raw.get('find')!r}")
    for spot in found:
        yield Spot(spot.page, tuple(round(edge, BOX_DIGITS) for edge in spot.box))  # type: ignore[arg-type] # four in, four out


def find_phrase(made: Made, phrase: str) -> list[Spot]:
    """The first place on each page where the phrase stands, words apart by any white space."""
    pattern = _pattern(phrase)
    spots = []
    with pypdfium2.PdfDocument(made.clean) as document:
        for number in range(1, len(document) + 1):
            page = document[number - 1]
            box = _phrase_box(page, pattern)
            if box and made.scan:
                box = turned_box(made.scan, number, box, page.get_size())
            if box:
                spots.append(Spot(number, box))
    return spots


def _pattern(phrase: str) -> re.Pattern[str]:
    before, _, rest = phrase.partition("[[") if "[[" in phrase else ("", "", f"{phrase}]]")
    middle, _, after = rest.partition("]]")
    loose = [
        r"\s+".join(map(re.escape, re.split(r"\s+", part))) for part in (before, middle, after)
    ]
    return re.compile("{}({}){}".format(*loose))


def _phrase_box(page: pypdfium2.PdfPage, pattern: re.Pattern[str]) -> Fractions | None:
    text_page = page.get_textpage()
    text = text_page.get_text_range()
    match = pattern.search(text)
    if not match:
        return None
    solid = [place for place in range(*match.span(1)) if not text[place].isspace()]
    boxes = [text_page.get_charbox(place, loose=True) for place in solid]
    width, height = page.get_size()
    return (
        min(box[0] for box in boxes) / width,
        1 - max(box[3] for box in boxes) / height,
        max(box[2] for box in boxes) / width,
        1 - min(box[1] for box in boxes) / height,
    )
