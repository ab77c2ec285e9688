"""Makes the text of words comparable: what looks alike is spelled alike."""

import unicodedata

# Spelling variants of letters. All of NFKC would also turn 10² into 102.
FOLDED_RANGES = (
    ("\ufb00", "\ufb4f"),  # Latin, Armenian and Hebrew ligatures
    ("\ufb50", "\ufdff"),  # Arabic presentation forms
    ("\ufe70", "\ufefc"),
    ("\uff01", "\uff9f"),  # full-width Latin, half-width Katakana
)
REPLACEMENT = "\ufffd"
JOINERS = "\u200c\u200d"  # they change how Persian and Indic letters connect


def clean(text: str) -> str:
    """The text without invisible and private characters, letters in their plain form."""
    if text.isascii() and text.isprintable():  # most words, and nothing to be done
        return text.strip()
    kept = "".join(fold(char) for char in text if is_kept(char))
    return unicodedata.normalize("NFC", kept).strip()


def fold(char: str) -> str:
    """The plain spelling of a ligature or presentation form, else the character."""
    if char < "\ufb00" or not any(low <= char <= high for low, high in FOLDED_RANGES):
        return char
    return unicodedata.normalize("NFKC", char)


def is_kept(char: str) -> bool:
    """Whether the character stands for something a reader sees."""
    if char < "\x7f":
        return char >= " "
    if char in JOINERS:
        return True
    return char != REPLACEMENT and unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def is_filler(text: str) -> bool:
    """Whether the text is a leader or a blank to be filled in: dots and underscores only."""
    return not text.strip("._\u00b7\u2025\u2026")


def is_unmapped(char: str) -> bool:
    """Whether the font did not say which letter this is."""
    return char == REPLACEMENT or unicodedata.category(char) in ("Co", "Cn", "Cc")
