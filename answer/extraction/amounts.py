"""Numbers as people print them: separators, signs, currencies, percentages."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

DecimalMark = Literal[".", ","]
CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₩": "KRW"}
CODES = frozenset({
    "EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF",
    "INR", "CNY", "KRW",
})  # fmt: skip
_MONEY = rf"(?:[{''.join(CURRENCIES)}]|(?:{'|'.join(sorted(CODES))}|Fr\.|kr)(?![A-Za-z]))"
_DIGITS = r"\d{1,3}(?:[ \u00a0\u202f'\u2019]\d{3})+(?:[.,]\d{1,4})?(?!\d)|\d+(?:[.,]\d+)*"
_AMOUNT = re.compile(
    rf"(?P<open>\()?(?:(?P<before>[-+\u2212\u2013])\s?)?(?:{_MONEY}\s?)?"
    rf"(?P<sign>[-+\u2212\u2013])?(?P<digits>{_DIGITS})(?P<after>[-\u2212](?![\d\w]))?"
    rf"(?P<percent>\s?%)?(?:\s?{_MONEY})?(?P<close>(?(open)\)))?,?[-\u2013\u2014]{{0,2}}"
    r"(?![\w/)]|:\S|[.,-]\w)"
)
_BROKEN = re.compile(r"\d+([.,])(?!(?:\d{3}\1)*\d{3}$)\d+\1[\d.,]*")  # 17.04.2024
_PLAIN = {
    ".": re.compile(r"\d{1,3}(?:,\d{3})*\.\d{1,2}|\d+\.\d{1,2}"),
    ",": re.compile(r"\d{1,3}(?:\.\d{3})*,\d{1,2}|\d+,\d{1,2}"),
}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number that begins a text.

    Attributes:
        value: the number.
        end: where it ends in the text.
        is_percent: a percent sign follows.
        is_certain: its separators can be read in one way only.
    """

    value: float
    end: int
    is_percent: bool
    is_certain: bool = True


def read_amount(text: str, mark: DecimalMark | None) -> Amount | None:
    """The number at the beginning of the text, or None.

    Args:
        text: what is printed.
        mark: what stands before decimals elsewhere in the document, where that is known.
    """
    found = _AMOUNT.match(text)
    if found is None or _BROKEN.fullmatch(found["digits"]):
        return None
    value, is_certain = _number(found["digits"], mark)
    signs = (found["before"], found["sign"], found["after"])
    is_negative = any(s and s in "-\u2212\u2013" for s in signs)
    is_negative = is_negative or bool(found["open"] and found["close"])
    return Amount(-value if is_negative else value, found.end(), bool(found["percent"]), is_certain)


def decimal_mark(texts: Iterable[str]) -> DecimalMark | None:
    """What stands before decimals in most of the numbers that can be read in one way only."""
    counts: dict[DecimalMark, int] = {".": 0, ",": 0}
    for text in texts:
        bare = text.strip("€$£¥₩()+-\u2212")
        for mark in counts:
            counts[mark] += bool(_PLAIN[mark].fullmatch(bare))
    if counts["."] == counts[","]:
        return None
    return "." if counts["."] > counts[","] else ","


def currency_of(text: str) -> str | None:
    """The ISO code of a currency that the word names or carries."""
    bare = text.strip("()[],.;:")
    if bare in CODES:
        return bare
    codes = {code for sign, code in CURRENCIES.items() if sign in text}
    return codes.pop() if len(codes) == 1 else None


def _number(digits: str, mark: DecimalMark | None) -> tuple[float, bool]:
    bare = re.sub("[ \u00a0\u202f'\u2019]", "", digits)
    marks = [c for c in bare if c in ".,"]
    if not marks:
        return float(bare), True
    last = marks[-1]
    if len(set(marks)) == 2:  # both: the last one stands before decimals
        return _joined(bare, last), True
    if len(marks) > 1:
        return _joined(bare, ""), True
    if len(bare.rpartition(last)[2]) != 3 or bare.startswith("0"):
        return _joined(bare, last), True
    return _joined(bare, last if last == mark else ""), mark is not None


def _joined(digits: str, mark: str) -> float:
    whole, _, decimals = digits.rpartition(mark) if mark else (digits, "", "")
    return float(re.sub("[.,]", "", whole) + "." + (decimals or "0"))
