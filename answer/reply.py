"""What a model wrote, read tolerantly: JSON in a code fence or with prose around it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationError, model_validator

from answer.plain_text import plain_text

_FENCE = re.compile(r"^\s*```\w*\s*|\s*```\s*$")
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_LABEL = re.compile(r"(?:page\s*)?p?(\d+)\W*", re.IGNORECASE)
MAX_PROSE_CHARACTERS = 4000


class _Quote(BaseModel):
    page_label: str = Field(max_length=20)
    quote: str = Field(max_length=4000)


class _Sentence(BaseModel):
    text: str
    quotes: list[_Quote] = []

    @model_validator(mode="before")
    @classmethod
    def _take_one_quote(cls, given: object) -> object:
        """A sentence of one quote may carry it itself."""
        if isinstance(given, dict) and "quotes" not in given and "quote" in given:
            return {**given, "quotes": [given]}
        return given


class _Reply(BaseModel):
    answerable: bool = True
    sentences: list[_Sentence] = []

    @model_validator(mode="after")
    def _says_something(self) -> "_Reply":
        if self.answerable and not self.sentences:
            raise ValueError("an answer has sentences")
        return self


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that the model says stand on the page with this label."""

    page_label: str
    text: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence as the model gave it, made plain, and what it says to stand on."""

    text: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as the model gave it; nothing in it is verified.

    Attributes:
        claims: its sentences; those without text are left out.
        is_answerable: the pages hold an answer.
        problem: what of it is not as asked for; empty when all is.
    """

    claims: tuple[Claim, ...]
    is_answerable: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A text that holds no reply, and what is wrong with it."""

    problem: str


def reply_schema(labels: Sequence[str]) -> dict[str, Any]:
    """The JSON schema of a reply about the pages with these labels."""
    quote = _object({"page_label": {"type": "string", "enum": [*labels]}, "quote": _STRING})
    sentence = _object({"text": _STRING, "quotes": _list(quote)})
    return _object({"answerable": {"type": "boolean"}, "sentences": _list(sentence)})


def read_reply(text: str, labels: Sequence[str]) -> Reply | Unreadable:
    """Read the reply in the text, about the pages with these labels."""
    problem = "there is no JSON object in it"
    for candidate in json_objects(text):
        try:
            found = _Reply.model_validate(candidate)
        except ValidationError as error:
            problem = _told(error)
            continue
        return _as_reply(found, labels)
    return Unreadable(problem)


def json_objects(text: str) -> list[object]:
    """Every JSON object that starts at some brace of what a model wrote, outermost first."""
    decoder = json.JSONDecoder(strict=False)
    found: list[object] = []
    position = (bare := _FENCE.sub("", without_thoughts(text))).find("{")
    while position >= 0:
        try:
            value, end = decoder.raw_decode(bare, position)
        except json.JSONDecodeError:
            end = position + 1
        else:
            found.append(value)
        position = bare.find("{", end)
    return found


def read_prose(text: str) -> str:
    """The plain text of a reply that is no JSON; empty when it is broken JSON or nothing."""
    bare = _FENCE.sub("", without_thoughts(text)).strip()
    return "" if bare[:1] in ("{", "[") else plain_text(bare[:MAX_PROSE_CHARACTERS])


def without_thoughts(text: str) -> str:
    """The text without what a model thinks aloud before it replies."""
    return _THOUGHTS.sub("", text)


_STRING = {"type": "string"}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _as_reply(found: _Reply, labels: Sequence[str]) -> Reply:
    claims = tuple(
        Claim(text, tuple(Quote(_label(q.page_label), q.quote) for q in sentence.quotes))
        for sentence in found.sentences
        if (text := plain_text(sentence.text))
    )
    strays = sorted({q.page_label for c in claims for q in c.quotes} - {*labels})
    known = ", ".join(labels)
    problem = f"page_label must be one of {known}, got {', '.join(strays)}" if strays else ""
    return Reply(claims, found.answerable, problem)


def _label(given: str) -> str:
    """The label as the prompt has it: models write `p1`, `1` and `Page P1`, too."""
    match = _LABEL.fullmatch(given.strip())
    return f"P{match[1]}" if match else given.strip()


def _told(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"])) or "the object"
    return f"{place}: {first['msg']}"
