"""Ids as they arrive from outside."""

from uuid import UUID

from index.errors import NotFound


def parse_id(text: str) -> UUID:
    """Read an id.

    Raises:
        NotFound: it is no id, so nothing can have it.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound(f"nothing has the id {text!r}") from error
