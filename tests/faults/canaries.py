"""Documents each of whose pages says a word that stands nowhere else."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.tiny import pdf

ONSETS, VOWELS, CODAS = "bdfgklmnprstvz", "aeiou", "lmnrst"
SYLLABLES = [onset + vowel + coda for onset in ONSETS for vowel in VOWELS for coda in CODAS]
SAYS = "The keeper of the island wrote {word} into the book"


@dataclass(frozen=True, slots=True)
class Canary:
    """A document.

    Attributes:
        number: what makes it another one than the others.
        n_pages: how many pages it has.
        edition: another one of the same number has other words and other bytes.
    """

    number: int
    n_pages: int = 1
    edition: int = 0

    @property
    def name(self) -> str:
        """What its file is called."""
        return f"canary-{self.number}.pdf"

    @property
    def content(self) -> bytes:
        """Its bytes."""
        return pdf(*(SAYS.format(word=word) for word in self.words))

    @property
    def words(self) -> list[str]:
        """The word of each page."""
        high, low = divmod(self.number, len(SYLLABLES))
        return [_word(low, high, self.edition, page) for page in range(1, self.n_pages + 1)]


def canaries(n: int, *, n_pages: int = 1, first: int = 0) -> Iterator[Canary]:
    """So many of them."""
    return (Canary(number, n_pages) for number in range(first, first + n))


def _word(*numbers: int) -> str:
    """A word that only these numbers spell, each below 420, the number of syllables."""
    return "".join(SYLLABLES[number * 11 % len(SYLLABLES)] for number in numbers)
