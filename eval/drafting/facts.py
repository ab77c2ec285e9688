"""What a page says in so many words: a subject, and what the page tells of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from index.records import Word

Evidence = Literal["text", "table", "caption"]
Kind = Literal["field", "cell", "definition", "figure", "date", "caption"]
MAX_ANSWER_WORDS = 8
MAX_LABEL_WORDS = 6
MAX_LABEL_CHARACTERS = 60
TICK_BOXES = "\u2610\u2611\u2612"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that can be asked.

    Attributes:
        kind: what sort of question it makes.
        subject: what is asked about, as the page names it.
        answer: what the page tells of it.
        words: positions of the words that say so, in reading order.
        details: of a cell its column's header, if any; of a date the verb and the participle.
    """

    kind: Kind
    subject: str
    answer: str
    words: tuple[int, ...]
    details: tuple[str, ...] = ()

    @property
    def evidence(self) -> Evidence:
        """Where on a page such facts stand."""
        if self.kind == "caption":
            return "caption"
        return "table" if self.kind == "cell" else "text"


def is_label(text: str) -> bool:
    """Tell whether a text can name what a value is of: a few words, no sentence, no tick box."""
    is_short = len(text.split()) <= MAX_LABEL_WORDS and len(text) <= MAX_LABEL_CHARACTERS
    is_whole = text[:1].isalnum() and not text.endswith(",")
    return is_short and is_whole and sum(c.isalpha() for c in text) >= 3


def is_value(text: str) -> bool:
    """Tell whether a text can be an answer: a few words with a letter or digit among them."""
    is_ruled = any(c in TICK_BOXES for c in text) or ".." in text  # a choice, a line of contents
    is_whole = not text.startswith((":", ";", ",")) and not text.endswith(",")
    is_short = len(text.split()) <= MAX_ANSWER_WORDS
    return any(c.isalnum() for c in text) and is_short and is_whole and not is_ruled


def positions_of(answer: str, words: Sequence[Word], inside: Sequence[int]) -> tuple[int, ...]:
    """Return the positions, among those inside, of the answer's words; all when it is not there."""
    wanted = answer.split()
    for start in range(len(inside) - len(wanted) + 1):
        run = inside[start : start + len(wanted)]
        if all(one in words[i].text for one, i in zip(wanted, run, strict=True)):
            return tuple(run)
    return tuple(inside)
