"""What amounts, dates and names look like in running text, and the clauses that give a reason.

Units and the words of dates are a handful a language; a number that has no known unit takes the
word that follows it.
"""

import re
from collections.abc import Iterator, Sequence

from answer.asking import MONTHS, Expected
from index.encoders.stop_words import STOP_WORDS
from index.records import Word

_DIGITS = r"[+\-\u2212\u2013]?\d+(?:[.,:/\u2019\u00a0]\d+)*"
_WORDED = r"""one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty
|fifty|hundred|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|deux|trois|quatre|cinq|sept|huit|neuf
|dix|quarante|vingt|trente|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|twee|vier|vijf|tien"""
_NUMBER = rf"(?:{_DIGITS}|(?:{_WORDED})(?:-\w+)?)"
_SCALE = r"""thousand|million|billion|trillion|mn|bn|m|k|mio\.?|mrd\.?|millionen|milliarden?|tausend
|millions?|milliards?|millones|mil|miljoen|miljard|crores?|lakhs?"""
_EACH = r"(?:\ (?:an?|per|each|pro|je|par|por|al)\ \w+)?"
_MONTH = rf"{MONTHS}\.?"
_DAY = rf"""(?:\d{{1,2}}(?:st|nd|rd|th|\.)?\ (?:de\ )?{_MONTH}(?:,?\ (?:de\ )?\d{{4}})?
|{_MONTH}\ \d{{1,2}}(?:st|nd|rd|th)?(?:,\ \d{{4}}|\ \d{{4}})?|{_MONTH}\ (?:de\ )?\d{{4}}
|\d{{1,2}}[./]\d{{1,2}}[./]\d{{2,4}}|\d{{4}}-\d\d-\d\d|(?:1[5-9]|20)\d\d(?!\d|[.,]\d))"""
_HOUR = r"(?:[01]?\d|2[0-4])"
_DAYTIME = r"(?:[ap]\.?m\.?|uhr|h\b)"
_CLOCK = rf"""(?:{_HOUR}\ ?[:h]\.?\ ?[0-5]\d(?:\ ?{_DAYTIME})?|{_HOUR}(?:\.[0-5]\d)?\ ?{_DAYTIME}
|(?:half|quarter|twenty|ten|five)\ past\ \w+)"""
_WHEN = rf"(?:{_DAY}|{_CLOCK})"
_PATTERNS: dict[Expected, str] = {
    "percentage": rf"{_NUMBER}\ ?(?:%|per\ ?cent\w*|pct|prozent\w*|pour\ cent|por\ ciento|procent)"
    r"(?:\ points?)?",
    "money": rf"(?:[$€£¥₩]|\b(?:usd|eur|gbp|rs\.?)\ )\ ?{_DIGITS}(?:\ (?:{_SCALE})\b)?{_EACH}"
    rf"|{_DIGITS}\ ?(?:(?:{_SCALE})\ )?(?:[$€£¥₩]|(?:usd|eur|euros?|dollars?|pounds?|pence|p)\b)"
    rf"{_EACH}",
    "time": rf"(?:(?:between|from|von|zwischen|entre|de|du)\ )?{_WHEN}"
    rf"(?:\ ?(?:\u2013|-|to|and|und|bis|et|à|a|until)\ {_WHEN})*",
}
_ABOUT = r"""(?:(?:at\ (?:least|most)|up\ to|more\ than|less\ than|over|under|about|around|nearly
|some|mindestens|höchstens|über|etwa|rund|au\ (?:moins|plus)|environ|plus\ de|al\ menos
|unos)\ )?"""
_AMOUNT = re.compile(
    rf"(?<![\w.,/]){_ABOUT}{_NUMBER}(?:\ (?:{_SCALE})\b)?(?:\ and\ an?\ (?:half|quarter))?"
    r"(?![\w/])",
    re.IGNORECASE | re.VERBOSE,
)
_DATE = re.compile(rf"(?<!\w){_DAY}", re.IGNORECASE | re.VERBOSE)
_SHAPES = {
    kind: re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE | re.VERBOSE)
    for kind, pattern in _PATTERNS.items()
}
_NAME = re.compile(
    r"(?:(?:mr|mrs|ms|dr|prof|mme|mlle|m|herr|frau|señora?|sir|dame)\.?\s+)?"
    r"[^\W\d_a-z][\w'\u2019.-]*(?:\s+(?:(?:de|van|von|der|den|la|le|of|du|da|del|bin|al)\s+)*"
    r"[^\W\d_a-z][\w'\u2019.-]*)+",
)
_REASON = re.compile(
    r"""\b(?:because|due\ to|owing\ to|thanks\ to|on\ account\ of|as\ a\ result\ of|weil|wegen
    |aufgrund|denn|parce\ qu\w*|à\ cause\ d\w*|car|porque|debido\ a|omdat|vanwege)\b[^.;:!?]*""",
    re.IGNORECASE | re.VERBOSE,
)
_UNIT = re.compile(r"^[^\W\d]+(?:[/\u00b7]\w+)?[²³]?$|^[%°‰]\w?$|^\u00b5\w+/\w+$")
_STOPS = STOP_WORDS["en"] | STOP_WORDS["de"] | STOP_WORDS["fr"] | STOP_WORDS["es"]


def find_shapes(
    expected: Expected, words: Sequence[Word], members: Sequence[int]
) -> Iterator[tuple[int, ...]]:
    """Stretches of the words, each of them something of the expected kind."""
    if expected == "number":
        dates = {i for date in _stretches(_DATE, words, members) for i in date}
        for stretch in _stretches(_AMOUNT, words, members):
            if not dates.issuperset(stretch) and not _opens_item(words, members, stretch):
                yield _with_unit(words, members, stretch)
    elif expected == "name":
        yield from _stretches(_NAME, words, members)
    elif expected in _SHAPES:
        yield from _stretches(_SHAPES[expected], words, members)


def _opens_item(words: Sequence[Word], members: Sequence[int], stretch: Sequence[int]) -> bool:
    """The number of a list item."""
    return stretch == (members[0],) and words[members[0]].text[-1] in ".)"


def find_reasons(words: Sequence[Word], members: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Clauses that begin like a reason."""
    yield from _stretches(_REASON, words, members)


def _stretches(
    pattern: re.Pattern[str], words: Sequence[Word], members: Sequence[int]
) -> Iterator[tuple[int, ...]]:
    text, owner = "", []
    for i in members:
        text += words[i].text + " "
        owner += [i] * (len(words[i].text) + 1)
    for found in pattern.finditer(text):
        inside = dict.fromkeys(owner[found.start() : max(found.end(), found.start() + 1)])
        yield tuple(inside)


def _with_unit(
    words: Sequence[Word], members: Sequence[int], stretch: tuple[int, ...]
) -> tuple[int, ...]:
    """The number with the word that says of what."""
    place = list(members).index(stretch[-1]) + 1
    if place >= len(members) or words[stretch[-1]].text[-1] in ",;.:)":
        return stretch
    following = words[members[place]].text
    bare = following.rstrip(".,;:!?)")
    is_unit = bool(_UNIT.match(bare)) and bare.casefold() not in _STOPS
    return (*stretch, members[place]) if is_unit else stretch
