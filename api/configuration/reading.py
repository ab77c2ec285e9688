"""How values of settings are read and checked."""

from collections.abc import Callable
from typing import TypeVar

from pydantic import HttpUrl, TypeAdapter

from index.errors import InvalidRequest

HTTP_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)
IN_PROCESS = "transformers"  # instead of an endpoint
Value = TypeVar("Value")


def split_commas(value: object) -> object:
    """Take a list apart that is joined by commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def is_address(url: str | None) -> str | None:
    """Let addresses through, and what says that there is none.

    Raises:
        ValueError: it is something else.
    """
    if url is not None and url != IN_PROCESS:
        HTTP_URL.validate_python(url)
    return url


def fits_header(key: str) -> str:
    """Let a key through that can stand in a header.

    Raises:
        ValueError: it cannot.
    """
    if not (key.isascii() and key.isprintable()):
        raise ValueError("a key is printable ASCII")
    return key


def understood(value: Value, read: Callable[[], object]) -> Value:
    """Let a value through that `read` understands.

    Raises:
        ValueError: it does not.
    """
    try:
        read()
    except InvalidRequest as error:
        raise ValueError(str(error)) from error
    return value
