"""What a model wrote, read tolerantly: JSON in a code fence or with prose around it."""

import json
import re
from dataclasses import dataclass

from pydantic import BaseModel, Field, ValidationError

_FENCE = re.compile(r"^\s*```\w*\s*|\s*```\s*$")
_THOUGHTS = re.compile(r"<think>.*?</think>", re.DOTALL)
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_REFERENCE = re.compile(r"!?\[([^\]]*)\]\[[^\]]*\]|^\s*\[[^\]]+\]:\s*\S+.*$", re.MULTILINE)
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_URL = re.compile(r"(?:https?|data|javascript|file)://?\S+|data:\S+|javascript:\S+", re.IGNORECASE)


class _Quote(BaseModel):
    page_label: str = Field(max_length=20)
    quote: str = Field(max_length=4000)


class _Reply(BaseModel):
    answer: str
    quotes: list[_Quote] = []
    answerable: bool = True


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that the model says stand on the page with this label."""

    page_label: str
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as the model gave it, its text made plain; nothing in it is verified."""

    answer: str
    quotes: tuple[Quote, ...]
    is_answerable: bool


def parse_reply(text: str) -> Reply | None:
    """The reply in the text, or None when there is none to be found."""
    for candidate in json_objects(text):
        try:
            found = _Reply.model_validate(candidate)
        except ValidationError:
            continue
        quotes = tuple(Quote(q.page_label.strip(), q.quote) for q in found.quotes)
        return Reply(plain_text(found.answer), quotes, found.answerable)
    return None


def plain_text(text: str) -> str:
    """Text without images, links, tags and addresses: nothing in it loads or leads anywhere."""
    for pattern, kept in (
        (_IMAGE, ""),
        (_LINK, r"\1"),
        (_REFERENCE, r"\1"),
        (_TAG, ""),
        (_URL, ""),
    ):
        text = pattern.sub(kept, text)
    return re.sub(r"[ \t]+", " ", text).strip()


def json_objects(text: str) -> list[object]:
    """Every JSON object that starts at some brace of what a model wrote, outermost first."""
    decoder = json.JSONDecoder(strict=False)
    found: list[object] = []
    position = (bare := _FENCE.sub("", _THOUGHTS.sub("", text))).find("{")
    while position >= 0:
        try:
            value, end = decoder.raw_decode(bare, position)
        except json.JSONDecodeError:
            end = position + 1
        else:
            found.append(value)
        position = bare.find("{", end)
    return found
