"""Text from documents and models as it leaves the service: it is read, and nothing in it acts.

JSON is no place where markup renders, but those who show it may put it into one.
"""

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # they change how Persian and Indic letters connect
_IMAGE = re.compile(r"!\[([^\]]{0,500})\]\([^)]{0,2000}\)")
_TAG = re.compile(
    r"</?(?:a|audio|base|body|button|embed|form|frame|iframe|img|input|link|math|meta|object|script"
    r"|source|style|svg|template|video)\b[^>]{0,2000}>?",
    re.IGNORECASE,
)


def shown(text: str) -> str:
    """The text without controls, marks that turn its direction, pictures and tags that act."""
    seen = text if _is_plain(text) else "".join(char for char in text if _is_shown(char))
    return _TAG.sub("", _IMAGE.sub(r"\1", seen))


def _is_plain(text: str) -> bool:
    """Tell at once that every character is shown, as nearly always."""
    return text.replace("\n", " ").replace("\t", " ").isprintable()


def _is_shown(char: str) -> bool:
    if char in "\n\t" or char in _JOINERS:
        return True
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")
