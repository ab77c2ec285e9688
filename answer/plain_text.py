"""A model's words made plain: nothing in them loads or leads anywhere."""

import re

_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_REFERENCE = re.compile(r"!?\[([^\]]*)\]\[[^\]]*\]|^\s*\[[^\]]+\]:\s*\S+.*$", re.MULTILINE)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_URL = re.compile(r"(?:https?|data|javascript|file)://?\S+|data:\S+|javascript:\S+", re.IGNORECASE)


def plain_text(text: str) -> str:
    """Text without images, links, tags and addresses."""
    for pattern, kept in (
        (_IMAGE, ""),
        (_LINK, r"\1"),
        (_REFERENCE, r"\1"),
        (_TAG, ""),
        (_URL, ""),
    ):
        text = pattern.sub(kept, text)
    return re.sub(r"[ \t]+", " ", text).strip()
