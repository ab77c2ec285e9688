"""A page's words as bytes and back, for the blob store."""

import json
import zlib
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from index.records import Box, PageWords, Word

BOX_DECIMALS = 5


def encode_words(words: PageWords) -> bytes:
    """Pack a page's words; equal words give equal bytes."""
    rows = [[w.text, *(round(edge, BOX_DECIMALS) for edge in w.box), w.line] for w in words.words]
    body = {"source": words.source, "n_hidden": words.n_hidden, "words": rows, **_against(words)}
    return zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


def decode_words(packed: bytes) -> PageWords:
    """Unpack what `encode_words` packed."""
    body = json.loads(zlib.decompress(packed))
    words = tuple(
        Word(text, Box(left, top, right, bottom), line)
        for text, left, top, right, bottom, line in body["words"]
    )
    return PageWords(
        words,
        body["source"],
        body["n_hidden"],
        flags=tuple(body.get("flags", ())),
        suspect=tuple(Box(*edges) for edges in body.get("suspect", ())),
        set_aside=tuple(Box(*edges) for edges in body.get("set_aside", ())),
    )


def page_text(words: PageWords) -> str:
    """Return the page's text, one visual line a line."""
    lines = groupby(words.words, key=lambda word: word.line)
    return "\n".join(" ".join(word.text for word in line) for _, line in lines)


def _against(words: PageWords) -> dict[str, Any]:
    """What speaks against a page; nothing for most."""
    found = {
        "flags": words.flags,
        "suspect": _rounded(words.suspect),
        "set_aside": _rounded(words.set_aside),
    }
    return {name: value for name, value in found.items() if value}


def _rounded(boxes: Iterable[Box]) -> list[list[float]]:
    return [[round(edge, BOX_DECIMALS) for edge in box] for box in boxes]
