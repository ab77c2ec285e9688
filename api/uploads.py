"""What comes with an upload, made safe to keep and to show."""

import unicodedata
from pathlib import PurePosixPath
from typing import Any

from index.errors import InvalidRequest

MAX_NAME = 200
MAX_METADATA_FIELDS = 64
MAX_VALUE = 2000


def display_name(name: str) -> str:
    """A name to show: no folders, no control characters, bounded; never used as a path."""
    plain = unicodedata.normalize("NFC", PurePosixPath(name.replace("\\", "/")).name)
    printable = "".join(c for c in plain if unicodedata.category(c)[0] != "C").strip()
    return printable[:MAX_NAME] or "document"


def checked_metadata(metadata: dict[str, Any]) -> dict[str, Any]:
    """Return metadata that can be filtered on: few fields of plain, short values.

    Raises:
        InvalidRequest: there are too many fields, or one is not plain or too long.
    """
    if len(metadata) > MAX_METADATA_FIELDS:
        raise InvalidRequest(f"metadata may have {MAX_METADATA_FIELDS} fields, got {len(metadata)}")
    for field, value in metadata.items():
        if not isinstance(value, str | int | float | bool | None) or len(str(value)) > MAX_VALUE:
            raise InvalidRequest(
                f"metadata {field!r} must be a text of at most {MAX_VALUE} characters, "
                f"a number, true, false or null"
            )
    return metadata
