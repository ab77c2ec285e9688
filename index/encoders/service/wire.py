"""How pages, rows and questions travel between a fleet and its encoder service.

Rows travel as float32 and pictures as PNG, so that the service's rows are, to the last bit, those
of its encoder asked in the same process.

Only what makes rows is sent: an encoder of patches gets no words, one of text no pictures, and
nobody gets what speaks against a page.
"""

import hashlib
from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from index.encoders.base import Encoder, ModelPin, PageContent
from index.encoders.png import png_of
from index.messages import Arrays, array, pack, unpack
from index.records import Box, PageWords, Question, RowChoice, Rows, Word

MAX_PIXELS = 16_000_000  # of a picture: as much as settings allow a page
BLANK: NDArray[np.uint8] = np.zeros((1, 1, 3), np.uint8)


class Described(BaseModel):
    """What a service says of its encoder."""

    model_config = ConfigDict(frozen=True)

    pin: ModelPin
    rows: RowChoice

    @classmethod
    def of(cls, encoder: Encoder) -> "Described":
        """Describe an encoder."""
        return cls(pin=encoder.pin, rows=encoder.rows)

    @property
    def tag(self) -> str:
        """What a request names (`If-Match`), so that no other model ever answers it."""
        return f'"{hashlib.sha256(self.model_dump_json().encode()).hexdigest()}"'


class _Words(BaseModel):
    words: list[list[str]]


class _Nothing(BaseModel):
    pass


class _Asked(BaseModel):
    text: str
    tokens: tuple[str, ...]


def pack_pages(pages: Sequence[PageContent], rows: RowChoice) -> bytes:
    """Write pages for an encoder of such rows."""
    words = [page.words.words if rows != "patch" else () for page in pages]
    arrays: dict[str, NDArray[Any]] = {
        "boxes": np.array([w.box for some in words for w in some], np.float64).reshape(-1, 4),
        "lines": np.array([w.line for some in words for w in some], np.int64),
    }
    if rows != "text":
        for n, page in enumerate(pages):
            arrays[_picture_name(n)] = np.frombuffer(png_of(page.image), np.uint8)
    return pack(_Words(words=[[w.text for w in some] for some in words]), arrays)


def unpack_pages(body: bytes) -> list[PageContent]:
    """Read what `pack_pages` wrote; a page of which no picture was sent has one blank pixel.

    Raises:
        ValueError: it is something else.
    """
    about, arrays = unpack(_Words, body)
    n_words = sum(map(len, about.words))
    boxes = array(arrays, "boxes", np.float64, (n_words, 4)).tolist()
    lines = array(arrays, "lines", np.int64, (n_words,)).tolist()
    places = iter([(Box(*box), line) for box, line in zip(boxes, lines, strict=True)])
    words = [tuple(Word(text, *next(places)) for text in some) for some in about.words]
    return [
        PageContent(_picture(arrays, n), PageWords(some, "text_layer"))
        for n, some in enumerate(words)
    ]


def pack_rows(pages: Sequence[Rows], dim: int) -> bytes:
    """Write the rows of pages, each `dim` long."""
    none = Rows.none(dim)
    arrays = {
        "n_rows": np.array([len(one) for one in pages], np.int64),
        "vectors": np.concatenate([none.vectors, *(one.vectors for one in pages)]),
        "boxes": np.concatenate([none.boxes, *(one.boxes for one in pages)]),
        "kinds": np.concatenate([none.kinds, *(one.kinds for one in pages)]),
    }
    return pack(_Nothing(), arrays)


def unpack_rows(body: bytes, *, n_pages: int, dim: int) -> list[Rows]:
    """Read what `pack_rows` wrote.

    Raises:
        ValueError: it is something else, or not the rows of so many pages, each `dim` long.
    """
    _, arrays = unpack(_Nothing, body)
    counts = array(arrays, "n_rows", np.int64, (n_pages,))
    total = int(counts.sum())
    vectors = array(arrays, "vectors", np.float32, (total, dim))
    boxes = array(arrays, "boxes", np.float32, (total, 4))
    kinds = array(arrays, "kinds", np.uint8, (total,))
    stops = np.cumsum(counts)
    places = [slice(stop - count, stop) for stop, count in zip(stops, counts, strict=True)]
    return [Rows(vectors[place], boxes[place], kinds[place]) for place in places]


def pack_question(question: Question) -> bytes:
    """Write a question's rows."""
    arrays = {"vectors": question.vectors, "weights": question.weights}
    return pack(_Asked(text=question.text, tokens=question.tokens), arrays)


def unpack_question(body: bytes, *, dim: int) -> Question:
    """Read what `pack_question` wrote.

    Raises:
        ValueError: it is something else, or its rows are not `dim` long.
    """
    about, arrays = unpack(_Asked, body)
    n_tokens = len(about.tokens)
    vectors = array(arrays, "vectors", np.float32, (n_tokens, dim))
    weights = array(arrays, "weights", np.float32, (n_tokens,))
    return Question(about.text, vectors, weights, about.tokens)


def _picture_name(n: int) -> str:
    return f"picture-{n}"


def _picture(arrays: Arrays, n: int) -> NDArray[np.uint8]:
    from PIL import Image  # noqa: PLC0415  a query-only process needs no pictures

    packed = arrays.get(_picture_name(n))
    if packed is None:
        return BLANK
    try:
        with Image.open(BytesIO(packed.tobytes()), formats=["PNG"]) as opened:
            if opened.width * opened.height > MAX_PIXELS or opened.mode != "RGB":
                raise ValueError(
                    f"a page's picture is RGB and has at most {MAX_PIXELS} pixels, got "
                    f"{opened.width}x{opened.height} {opened.mode}"
                )
            return np.asarray(opened)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"a page's picture cannot be read: {error}") from error
