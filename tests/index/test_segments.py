import io
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest

from index.encoders.base import ModelPin
from index.messages import Arrays, pack
from index.records import Rows, as_16_bit, from_16_bit
from index.segments import (
    LENGTH_BYTES,
    MESSAGE_PAGES,
    NumberedRows,
    SegmentUnusable,
    Whose,
    read_segment,
    write_segment,
)
from tests.conftest import unit_rows
from tests.index.test_manifest import manifest

GENERATION = UUID(int=1)
WHOSE = Whose.of(GENERATION, manifest())


def stored(rows: Rows) -> Rows:
    """Rows as a vector store keeps them."""
    halves = rows.vectors.astype(np.float16).astype(np.float32)
    return Rows(halves, from_16_bit(as_16_bit(rows.boxes)), rows.kinds)


def pages(*numbers: int) -> list[NumberedRows]:
    dim = WHOSE.model.dim
    return [(n, stored(unit_rows(n % 5, dim=dim, seed=n))) for n in numbers]


def segment(*numbers: int, whose: Whose = WHOSE) -> bytes:
    return b"".join(write_segment(whose, pages(*numbers)))


def read(content: bytes, whose: Whose = WHOSE) -> list[NumberedRows]:
    return list(read_segment(whose, io.BytesIO(content)))


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(LENGTH_BYTES, "little") + message


def test_rows_come_back_as_they_are_read_from_a_store() -> None:
    numbers = [0, *range(1, 2 * MESSAGE_PAGES), 99]

    found = read(segment(*numbers))

    assert [number for number, _ in found] == numbers
    for (_, rows), (_, kept) in zip(found, pages(*numbers), strict=True):
        assert rows.vectors.tobytes() == kept.to_unit().vectors.tobytes()
        assert rows.boxes.tobytes() == kept.boxes.tobytes()
        assert rows.kinds.tobytes() == kept.kinds.tobytes()


def test_a_segment_is_written_and_read_some_pages_at_a_time() -> None:
    asked: list[int] = []

    def noting() -> Iterator[NumberedRows]:
        for number, rows in pages(*range(3 * MESSAGE_PAGES)):
            asked.append(number)
            yield number, rows

    next(write_segment(WHOSE, noting()))

    assert asked == [*range(MESSAGE_PAGES)]


def test_equal_rows_give_equal_bytes() -> None:
    assert segment(0, 1, 2) == segment(0, 1, 2)
    assert segment(0, 1, 2) != segment(0, 1, 3)


OTHERS = {
    "generation": WHOSE.model_copy(update={"generation": UUID(int=2)}),
    "model": WHOSE.model_copy(update={"model": replace(WHOSE.model, revision="2")}),
    "weights": WHOSE.model_copy(update={"model": replace(WHOSE.model, sha256=(("f", "0"),))}),
    "rows": WHOSE.model_copy(update={"rows": "fused"}),
    "format": WHOSE.model_copy(update={"format": 2}),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_segment_of_something_else_is_refused(other: Whose) -> None:
    with pytest.raises(SegmentUnusable, match="was to tell of"):
        read(segment(0, 1, whose=other))


WHOLE = segment(0, 1, 2)
ODD = {
    "nothing": b"",
    "a length alone": (1 << 62).to_bytes(8, "little"),
    "something else": b"%PDF-1.7 and so on",
    "cut": WHOLE[:-1],
    "more": WHOLE + b"more",
    "no context": segment(1, 2),
    "twice": WHOLE + WHOLE,
    "out of order": segment(0, 2, 1),
    "no arrays": framed(pack(WHOSE, {})),
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
def test_what_is_no_segment_is_refused(content: bytes) -> None:
    with pytest.raises(SegmentUnusable, match=str(GENERATION)):
        read(content)


@pytest.mark.parametrize("value", [np.nan, np.inf, 3.0])
def test_rows_that_are_no_rows_are_refused(value: float) -> None:
    vectors = np.zeros((1, WHOSE.model.dim), np.float16)
    vectors[0, 0] = value
    arrays: Arrays = {
        "pages": np.zeros(1, np.uint32),
        "n_rows": np.ones(1, np.uint32),
        "vectors": vectors,
        "boxes": np.zeros((1, 4), np.uint16),
        "kinds": np.zeros(1, np.uint8),
    }

    with pytest.raises(SegmentUnusable, match="rows must"):
        read(framed(pack(WHOSE, arrays)))


def test_a_manifest_says_which_model_its_rows_are_from() -> None:
    assert WHOSE.model == ModelPin(
        manifest().encoder, manifest().encoder_revision, manifest().encoder_sha256, manifest().dim
    )
