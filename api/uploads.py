"""What comes with an upload, made safe to keep and to show."""

import math
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Any

from index.errors import InvalidRequest
from ingest.injection.signs import name_reasons

MAX_NAME = 200
NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
MAX_METADATA_FIELDS = 64
MAX_VALUE = 2000


def display_name(name: str) -> str:
    """A name to show: no folders, no control characters, bounded; never used as a path."""
    plain = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    printable = "".join(c for c in plain if unicodedata.category(c)[0] != "C").strip()
    return printable[:MAX_NAME] if printable.strip(".") else "document"


def spoken_name(name: str) -> str:
    """Return a name that somebody gives a document that is there, made safe to show.

    Uploads come with the names they have, and are told of; a name that is given can be refused.

    Raises:
        InvalidRequest: it addresses a model.
    """
    if reasons := name_reasons(name):
        raise InvalidRequest(
            f"the name tells a model what to do ({', '.join(reasons)}); choose one that names"
        )
    return display_name(name)


def checked_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata that can be filtered on: few fields of plain, short values.

    Raises:
        InvalidRequest: there are too many fields, or one is not plain or too long.
    """
    if len(metadata) > MAX_METADATA_FIELDS:
        raise InvalidRequest(f"metadata may have {MAX_METADATA_FIELDS} fields, got {len(metadata)}")
    for field, value in metadata.items():
        if not (_is_plain(value) and is_storable([field, value])):
            raise InvalidRequest(
                f"metadata {field!r} must be a text of at most {MAX_VALUE} characters, "
                f"a finite number, true, false or null"
            )
    return metadata


def is_storable(value: object) -> bool:
    """Tell whether JSON can be kept in PostgreSQL: no NUL, no lone surrogate, no infinity."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one
        elif not _is_storable_scalar(one):
            return False
    return True


def _is_storable_scalar(value: object) -> bool:
    if isinstance(value, str):
        return NOT_STORABLE.search(value) is None
    return not isinstance(value, float) or math.isfinite(value)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool | None) and len(str(value)) <= MAX_VALUE
