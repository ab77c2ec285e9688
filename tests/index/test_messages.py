import numpy as np
import pytest
from pydantic import BaseModel
from safetensors.numpy import save

from index.messages import Arrays, array, pack, unpack


class About(BaseModel):
    name: str


WRITTEN = pack(About(name="heron"), {"b": np.arange(3, dtype=np.uint8), "a": np.zeros((0, 2))})


def test_what_is_packed_comes_back() -> None:
    about, arrays = unpack(About, WRITTEN)

    assert about == About(name="heron")
    assert array(arrays, "b", np.uint8, (3,)).tolist() == [0, 1, 2]
    assert array(arrays, "a", np.float64, (0, 2)).size == 0


def test_equal_arrays_give_equal_bytes() -> None:
    other: Arrays = {"a": np.zeros((0, 2)), "b": np.arange(6, dtype=np.uint8)[:3]}

    assert pack(About(name="heron"), other) == WRITTEN


@pytest.mark.parametrize(
    "body",
    [b"", b"PK", WRITTEN[:-1], WRITTEN + b"0", save({"a": np.zeros(1)})],
    ids=["nothing", "text", "cut", "more", "nothing said"],
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match="no message"):
        unpack(About, body)


@pytest.mark.parametrize(
    ("name", "dtype", "shape"),
    [("c", np.uint8, (3,)), ("b", np.int8, (3,)), ("b", np.uint8, (4,))],
    ids=["none", "another type", "another shape"],
)
def test_an_array_that_is_another_one_is_refused(
    name: str, dtype: type, shape: tuple[int, ...]
) -> None:
    _, arrays = unpack(About, WRITTEN)

    with pytest.raises(ValueError, match=f"{name} must be"):
        array(arrays, name, dtype, shape)
