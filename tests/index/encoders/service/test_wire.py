from collections.abc import Callable
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save

from index.encoders.base import ModelPin, PageContent
from index.encoders.service import wire
from index.records import Box, PageWords, Question, RowChoice, Rows, Word
from tests.conftest import unit_rows

RNG = np.random.default_rng(3)
PICTURE = RNG.integers(0, 255, (30, 20, 3), dtype=np.uint8)
WORDS = (Word("Dämme", Box(0.1, 0.2, 0.3, 1 / 3), 0), Word("halten", Box(0.4, 0.2, 0.5, 0.3), 1))
PAGES = [
    PageContent(PICTURE, PageWords(WORDS, "ocr")),
    PageContent(PICTURE[:7], PageWords((), "none")),
]
PIN = ModelPin("tiny", "1", (("code", "0" * 64),), 16)


def test_pages_arrive_pixel_for_pixel_and_word_for_word() -> None:
    found = wire.unpack_pages(wire.pack_pages(PAGES, "fused"))

    assert [page.words.words for page in found] == [WORDS, ()]
    assert all(np.array_equal(a.image, b.image) for a, b in zip(found, PAGES, strict=True))


@pytest.mark.parametrize(
    ("rows", "words", "shape"), [("patch", (), (30, 20, 3)), ("text", WORDS, (1, 1, 3))]
)
def test_only_what_makes_rows_is_sent(
    rows: RowChoice, words: tuple[Word, ...], shape: tuple[int, ...]
) -> None:
    found = wire.unpack_pages(wire.pack_pages(PAGES, rows))[0]

    assert found.words.words == words
    assert found.image.shape == shape


def test_rows_arrive_to_the_last_bit_and_an_empty_page_has_none() -> None:
    sent = [unit_rows(5, seed=1), Rows.none(16), unit_rows(2, seed=2)]
    found = wire.unpack_rows(wire.pack_rows(sent, 16), n_pages=3, dim=16)

    for one, other in zip(sent, found, strict=True):
        assert one.vectors.tobytes() == other.vectors.tobytes()
        assert one.boxes.tobytes() == other.boxes.tobytes()
        assert one.kinds.tobytes() == other.kinds.tobytes()


def test_a_question_arrives_with_its_tokens_and_weights() -> None:
    sent = Question(
        "wie hoch?", unit_rows(2).vectors, np.array([1, 0.5], np.float32), ("wie", "##h")
    )
    found = wire.unpack_question(wire.pack_question(sent), dim=16)

    assert (found.text, found.tokens) == (sent.text, sent.tokens)
    assert found.vectors.tobytes() == sent.vectors.tobytes()
    assert found.weights.tobytes() == sent.weights.tobytes()


def test_two_models_or_two_kinds_of_rows_have_two_tags() -> None:
    told = [
        wire.Described(pin=PIN, rows="text"),
        wire.Described(pin=PIN, rows="patch"),
        wire.Described(pin=ModelPin("tiny", "2", PIN.sha256, 16), rows="text"),
    ]

    assert len({one.tag for one in told}) == 3
    assert wire.Described.model_validate_json(told[0].model_dump_json()).tag == told[0].tag


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"GET / HTTP/1.1",
        (1 << 60).to_bytes(8, "little") + b"{}",
        wire.pack_pages(PAGES, "fused")[:-1],
        wire.pack_pages(PAGES, "fused") + b"0",
        save({"about": np.frombuffer(b"[1", np.uint8)}),
        save({"about": np.frombuffer(b'{"words": [["a"]]}', np.uint8)}),
    ],
    ids=["nothing", "text", "huge", "cut", "more", "no JSON", "no boxes"],
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"no message|must be"):
        wire.unpack_pages(body)


def with_picture(picture: bytes) -> bytes:
    """A message of one page with something in the place of its picture."""
    about = b'{"words": [[]]}'
    arrays: dict[str, Any] = {
        "about": np.frombuffer(about, np.uint8),
        "boxes": np.empty((0, 4)),
        "lines": np.empty(0, np.int64),
        "picture-0": np.frombuffer(picture, np.uint8),
    }
    return save(arrays)


def png(width: int, height: int, mode: str = "RGB") -> bytes:
    written = BytesIO()
    Image.new(mode, (width, height)).save(written, "png")
    return written.getvalue()


@pytest.mark.parametrize(
    ("picture", "told"),
    [
        (b"%PDF-1.7", "cannot be read"),
        (png(3, 3)[:-20], "cannot be read"),
        (png(4001, 4000), "at most 16000000 pixels"),
        (png(3, 3, "L"), "is RGB"),
        (b"GIF89a", "cannot be read"),
    ],
    ids=["PDF", "cut", "large", "grey", "GIF"],
)
def test_a_picture_that_is_none_of_a_page_is_refused(picture: bytes, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        wire.unpack_pages(with_picture(picture))


def broken(change: Callable[[dict[str, Any]], None]) -> bytes:
    rows = unit_rows(3)
    arrays: dict[str, Any] = {
        "about": np.frombuffer(b"{}", np.uint8),
        "n_rows": np.array([3], np.int64),
        "vectors": rows.vectors,
        "boxes": rows.boxes,
        "kinds": rows.kinds,
    }
    change(arrays)
    return save(arrays)


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.update(n_rows=np.array([2], np.int64)),
        lambda a: a.update(n_rows=np.array([4, -1], np.int64)),
        lambda a: a.update(n_rows=np.array([[3]], np.int64)),
        lambda a: a.update(vectors=a["vectors"] * np.nan),
        lambda a: a.update(vectors=a["vectors"] * 2),
        lambda a: a.update(vectors=a["vectors"].astype(np.float64)),
        lambda a: a.update(vectors=a["vectors"][:, :8]),
        lambda a: a.update(boxes=a["boxes"][:2]),
        lambda a: a.pop("kinds"),
    ],
    ids=["fewer", "negative", "shape", "NaN", "length", "dtype", "dim", "boxes", "kinds"],
)
def test_rows_that_are_not_those_of_the_pages_are_refused(
    change: Callable[[dict[str, Any]], None],
) -> None:
    with pytest.raises(ValueError, match=r"rows must|must be"):
        wire.unpack_rows(broken(change), n_pages=1, dim=16)
