"""Which language a text is in, told by its function words."""

from collections.abc import Sequence

from index.encoders.stop_words import STOP_WORDS

FEWEST = 0.05  # of a text's words are function words; below that it is a table, or another language


def language_of(words: Sequence[str]) -> str | None:
    """ISO code of the language whose function words are most frequent, None where few are."""
    lowered = [word.casefold() for word in words]
    counts = {code: sum(w in known for w in lowered) for code, known in STOP_WORDS.items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] > FEWEST * len(lowered) else None
