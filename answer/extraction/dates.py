"""Dates as people print them, in ISO form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from answer.terms import fold

_MONTH_NAMES = (
    "january januar janvier enero januari jaenner janner",
    "february februar fevrier febrero februari",
    "march marz maerz mars marzo maart mrz",
    "april avril abril",
    "may mai mayo mei",
    "june juni juin junio",
    "july juli juillet julio",
    "august aout agosto augustus",
    "september septembre septiembre",
    "october oktober octobre octubre",
    "november novembre noviembre",
    "december dezember decembre diciembre",
)
_YEAR = r"(?P<year>\d{4}|\d\d)(?![\d.,]*\d)"
_DAY = r"(?P<day>\d{1,2})"
_NAME = r"(?P<name>[^\W\d_]{3,})\.?\s?,?"
_FORMS = tuple(
    re.compile(form, re.VERBOSE)
    for form in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        rf"{_DAY}\s?(?:st|nd|rd|th|er|\.)?\s?(?:de\s|of\s)?{_NAME}\s?(?:de\s)?{_YEAR}",
        rf"{_DAY}-(?P<name>[^\W\d_]{{3,}})-{_YEAR}",
        rf"{_NAME}\s{_DAY}(?:st|nd|rd|th)?\s?,?\s{_YEAR}",
        rf"{_DAY}\.\s?(?P<month>\d{{1,2}})\.\s?{_YEAR}",
    )
)
_NUMERIC = re.compile(rf"(?P<first>\d{{1,2}})(?P<mark>[/-])(?P<second>\d{{1,2}})(?P=mark){_YEAR}")
_LEAD = re.compile(
    r"(?:(?:on|the|den|dem|am|vom|le|el|du|of|mon|tue|wed|thu|fri|sat|sun|montag|dienstag|mittwoch"
    r"|donnerstag|freitag|samstag|sonntag)[a-z]*\.?,?\s)*"
)


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date that begins a text.

    Attributes:
        iso: the date as YYYY-MM-DD.
        start: where it begins, after a weekday or preposition.
        end: where it ends.
        is_certain: day and month cannot be mistaken for each other.
    """

    iso: str
    start: int
    end: int
    is_certain: bool = True


def read_date(text: str, *, day_first: bool | None) -> PrintedDate | None:
    """The date at the beginning of the text, or None.

    Args:
        text: what is printed.
        day_first: the order of 3/4/2024 in this document, where that is known.
    """
    folded = _fold_in_place(text)
    lead = _LEAD.match(folded)
    start = lead.end() if lead else 0
    for form in _FORMS:
        found = form.match(folded, start)
        iso = found and _iso(found["year"], _month(found), found["day"])
        if found and iso:
            return PrintedDate(iso, start, found.end())
    return _read_numeric(folded, start, day_first=day_first)


def order_of(texts: Iterable[str]) -> bool | None:
    """Whether days stand first in dates with slashes, where one of them can only be so read."""
    orders: set[bool] = set()
    for text in texts:
        found = _NUMERIC.match(text.strip("().,;:"))
        if found and (int(found["first"]) > 12) != (int(found["second"]) > 12):
            orders.add(int(found["first"]) > 12)
    return orders.pop() if len(orders) == 1 else None


def _read_numeric(text: str, start: int, *, day_first: bool | None) -> PrintedDate | None:
    found = _NUMERIC.match(text, start)
    if found is None:
        return None
    first, second = int(found["first"]), int(found["second"])
    is_certain = day_first is not None or first == second or max(first, second) > 12
    if max(first, second) > 12:
        day_first = first > 12
    day, month = (second, first) if day_first is False else (first, second)
    iso = _iso(found["year"], month, str(day))
    return PrintedDate(iso, start, found.end(), is_certain) if iso else None


def _fold_in_place(text: str) -> str:
    """Folded character by character, so that places in the text stay what they are."""
    return "".join(folded if len(folded := fold(c)) == 1 else c for c in text)


def _month(found: re.Match[str]) -> int | None:
    named = found.groupdict()
    if named.get("month"):
        return int(named["month"])
    name = named["name"]
    months = {
        number
        for number, names in enumerate(_MONTH_NAMES, 1)
        if any(full == name or full.startswith(name) for full in names.split())
    }
    return months.pop() if len(months) == 1 else None


def _iso(year: str, month: int | None, day: str) -> str | None:
    whole = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 70 else 2000)
    try:
        return date(whole, month or 0, int(day)).isoformat()
    except ValueError:
        return None
