"""The messages of the sandboxed child: a length and a small JSON header.

Behind that of a page come a length, the records of its words, and raw RGB bytes.

The child may be in the hands of the file it reads. So the host takes a message apart field by
field, and every number is checked before anything is made of it. Only the header is JSON, for six
megabytes of `[],` would become two hundred of lists.
"""

import json
import math
import struct
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import BinaryIO, NamedTuple

from ingest.formats import Format

LENGTH = struct.Struct(">I")
WORD = struct.Struct(">4dIH")  # left, top, right, bottom, line, and how many bytes of UTF-8 follow
MAX_HEADER_BYTES = 4096
MAX_WORDS_BYTES = 6 * 2**20
MAX_WORDS = 50_000
MAX_WORD_CHARS = 128
MAX_MESSAGE_CHARS = 300


Edges = tuple[float, float, float, float]  # left, top, right, bottom in fractions of the page


class BadFrame(Exception):
    """The child said something it must not say."""


class RawWord(NamedTuple):
    """A word of the text layer; its box may lie outside of the page."""

    text: str
    box: Edges
    line: int


@dataclass(frozen=True, slots=True)
class Opened:
    """The file could be opened."""

    format: Format
    n_pages: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page was drawn: `pixels` are `height * width * 3` bytes of RGB, row by row."""

    number: int
    width: int
    height: int
    width_pt: float
    height_pt: float
    words: list[RawWord]
    pixels: bytes | bytearray


@dataclass(frozen=True, slots=True)
class Refused:
    """The file (page 0) or one page of it cannot be read; `code` is that of the error."""

    number: int
    code: str
    message: str


Message = Opened | Drawn | Refused
KINDS: dict[str, type[Message]] = {"opened": Opened, "drawn": Drawn, "refused": Refused}


def write(stream: BinaryIO, message: Message) -> None:
    """Send one message."""
    fields = asdict(message) if not isinstance(message, Drawn) else drawn_fields(message)
    kind = type(message).__name__.lower()
    header = json.dumps({"kind": kind, **fields}).encode()
    stream.write(LENGTH.pack(len(header)))
    stream.write(header)
    if isinstance(message, Drawn):
        words = packed(message.words)
        stream.write(LENGTH.pack(len(words)))
        stream.write(words)
        stream.write(message.pixels)
    stream.flush()


def drawn_fields(page: Drawn) -> dict[str, object]:
    """The header of a page: all of it but the words and the pixels."""
    names = ("number", "width", "height", "width_pt", "height_pt")
    return {name: getattr(page, name) for name in names}


def packed(words: Iterable[RawWord]) -> bytes:
    """The records of words, as many as may be sent."""
    out = bytearray()
    for word in words:
        text = word.text.encode(errors="replace")
        record = WORD.pack(*word.box, word.line, len(text)) + text
        if len(out) + len(record) > MAX_WORDS_BYTES:
            break
        out += record
    return bytes(out)


def checked_length(prefix: bytes | bytearray, most: int) -> int:
    """Read the length that stands before a header or before words.

    Raises:
        BadFrame: it is more than what is honest.
    """
    length: int = LENGTH.unpack(prefix)[0]
    if length > most:
        raise BadFrame(f"{length} bytes, {most} are the most")
    return length


def parse_header(header: bytes | bytearray) -> Message:
    """Make a checked message of a header; a `Drawn` still lacks its words and pixels.

    Raises:
        BadFrame: it is not JSON, not a message, or a value is out of bounds.
    """
    try:
        fields = json.loads(header)
        return Parser(fields).message()
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise BadFrame(f"not a message: {type(error).__name__}") from error


class Parser:
    """Takes the fields of one header apart."""

    def __init__(self, fields: dict[str, object]) -> None:
        self._fields = fields

    def message(self) -> Message:
        """The message that the fields describe, checked."""
        kind = KINDS[self._text("kind")]
        if kind is Opened:
            return Opened(Format(self._text("format")), self._count("n_pages"))
        if kind is Refused:
            return Refused(
                self._count("number"), self._text("code"), printable(self._text("message"))
            )
        return Drawn(
            number=self._count("number"),
            width=self._count("width"),
            height=self._count("height"),
            width_pt=self._length("width_pt"),
            height_pt=self._length("height_pt"),
            words=[],
            pixels=b"",
        )

    def _text(self, name: str) -> str:
        value = self._fields[name]
        if not isinstance(value, str) or len(value) > MAX_MESSAGE_CHARS:
            raise BadFrame(f"{name} is not a short text")
        return value

    def _count(self, name: str) -> int:
        value = self._fields[name]
        if type(value) is not int or not 0 <= value < 2**31:
            raise BadFrame(f"{name} is not a count")
        return value

    def _length(self, name: str) -> float:
        value = checked_float(self._fields[name])
        if value <= 0:
            raise BadFrame(f"{name} is not a length")
        return value


def parse_words(block: bytes | bytearray) -> list[RawWord]:
    """Make checked words of their records.

    Raises:
        BadFrame: a record is cut short, or a value is out of bounds.
    """
    words: list[RawWord] = []
    at = 0
    while at < len(block):
        end = at + WORD.size
        if len(words) == MAX_WORDS or end > len(block):
            raise BadFrame("words do not end where they must")
        left, top, right, bottom, line, n_bytes = WORD.unpack_from(block, at)
        at = end + n_bytes
        edges = checked_float(left), checked_float(top), checked_float(right), checked_float(bottom)
        words.append(RawWord(checked_text(block[end:at], n_bytes), edges, checked_line(line)))
    return words


def checked_text(data: bytes | bytearray, n_bytes: int) -> str:
    """Take the text of a word.

    Raises:
        BadFrame: it is cut short, too long, or not UTF-8.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise BadFrame("a word's text is not UTF-8") from error
    if len(data) != n_bytes or len(text) > 4 * MAX_WORD_CHARS:
        raise BadFrame("a word's text is not a short text")
    return text


def checked_line(line: int) -> int:
    """Take the number of a line.

    Raises:
        BadFrame: there cannot be so many.
    """
    if line > MAX_WORDS:
        raise BadFrame("a word's line is not a count")
    return line


def checked_float(value: object) -> float:
    """Take a finite number.

    Raises:
        BadFrame: it is something else.
    """
    if type(value) not in (int, float) or not isinstance(value, int | float):
        raise BadFrame("not a number")
    if not abs(value) < 1e12 or not math.isfinite(value):
        raise BadFrame("not a finite number")
    return float(value)


def printable(text: str) -> str:
    """The text without control characters."""
    return "".join(char for char in text if char.isprintable())
