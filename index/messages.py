"""Arrays and what is said of them, in one run of bytes that says its own shapes.

The format is that of safetensors: a length, a header in JSON, raw little-endian arrays. Reading one
runs no code, and an array that does not fill its place exactly is refused. What is not an array
stands as JSON in one that is called `about`.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ValidationError

ABOUT = "about"

Arrays = Mapping[str, NDArray[Any]]
About = TypeVar("About", bound=BaseModel)


def pack(about: BaseModel, arrays: Arrays) -> bytes:
    """Write arrays and what is said of them; equal ones give equal bytes."""
    save = import_module("safetensors.numpy").save
    told = np.frombuffer(about.model_dump_json().encode(), np.uint8)
    packed: bytes = save(
        {name: np.ascontiguousarray(a) for name, a in arrays.items()} | {ABOUT: told}
    )
    return packed


def unpack(about: type[About], body: bytes) -> tuple[About, Arrays]:
    """Read what `pack` wrote.

    Raises:
        ValueError: it is something else.
    """
    safetensors = import_module("safetensors")
    try:
        arrays: Arrays = import_module("safetensors.numpy").load(body)
        told = about.model_validate_json(arrays[ABOUT].tobytes())
    except (safetensors.SafetensorError, ValidationError, KeyError) as error:
        raise ValueError(f"this is no message of this kind: {error}") from error
    return told, arrays


def array(arrays: Arrays, name: str, dtype: type, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return one of the arrays.

    Raises:
        ValueError: there is none of that name, type and shape.
    """
    found = arrays.get(name)
    if found is None or found.dtype != dtype or found.shape != shape:
        got = "nothing" if found is None else f"{found.shape} {found.dtype}"
        raise ValueError(f"{name} must be {shape} {np.dtype(dtype)}, got {got}")
    return found
