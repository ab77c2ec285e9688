"""Parquet files as the hub keeps them, for tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset, Image  # type: ignore[import-untyped]  # ships no types
from datasets.utils.logging import disable_progress_bar  # type: ignore[import-untyped]  # likewise

from tests.eval.pictures import packed, page


def write_rows(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows; a text in the column `image` becomes the picture of a page that says it."""
    disable_progress_bar()
    file.parent.mkdir(parents=True, exist_ok=True)
    made = Dataset.from_list([_drawn(row) for row in rows])
    if "image" in made.column_names:
        made = made.cast_column("image", Image())
    made.to_parquet(file)


def _drawn(row: dict[str, Any]) -> dict[str, Any]:
    if isinstance(row.get("image"), str):
        return {**row, "image": {"bytes": packed(page(row["image"])), "path": None}}
    return row
