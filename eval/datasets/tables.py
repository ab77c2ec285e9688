"""Rows of parquet files, read a few at a time, whatever their columns are called."""

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.datasets.fields import Row
from eval.extra import check_extra
from index.errors import InvalidRequest

if TYPE_CHECKING:
    from datasets import IterableDataset  # type: ignore[import-untyped]  # ships no types

ROWS_AT_ONCE = 16  # page images of a megabyte each
COLUMNS = {
    "page": ("corpus-id", "corpus_id", "_id", "id"),
    "question": ("query-id", "query_id", "questionId", "_id", "id"),
    "text": ("query", "question", "text"),
    "image": ("image",),
    "score": ("score",),
}
IMAGE = "image"


class Table:
    """The rows of some files of one kind.

    Args:
        files: parquet files with the same columns.
        cache: where the reader may keep its locks.

    Raises:
        MissingDependency: the extra that reads parquet is not installed.
        InvalidRequest: a file is not readable.
    """

    def __init__(self, files: Sequence[Path], *, cache: Path) -> None:
        check_extra("datasets", "reading a parquet set")
        self._told = files[0].parent
        try:
            self._rows = _opened(files, cache)
        except (OSError, ValueError) as error:
            raise InvalidRequest(f"{self._told} holds no readable parquet: {error}") from error
        self.columns = tuple(self._rows.features)

    def has(self, meaning: str) -> bool:
        """Tell whether there is a column of this meaning."""
        return any(name in self.columns for name in COLUMNS[meaning])

    def column(self, meaning: str) -> str:
        """Return what the column of a meaning is called here.

        Raises:
            InvalidRequest: there is none.
        """
        for name in COLUMNS[meaning]:
            if name in self.columns:
                return name
        raise InvalidRequest(
            f"{self._told} has no column {' or '.join(COLUMNS[meaning])}, "
            f"only {', '.join(self.columns)}"
        )

    def rows(self, *columns: str) -> Iterator[Row]:
        """Read the rows in their order, of all columns or of some; images stay encoded.

        Raises:
            InvalidRequest: a file is damaged.
        """
        chosen = self._rows.select_columns(list(columns)) if columns else self._rows
        try:
            yield from chosen
        except (OSError, ValueError) as error:
            raise InvalidRequest(f"{self._told} cannot be read to its end: {error}") from error


def _opened(files: Sequence[Path], cache: Path) -> "IterableDataset":
    from datasets import Image, IterableDataset  # noqa: PLC0415  comes with the extra
    from pyarrow.dataset import (  # type: ignore[import-untyped]  # noqa: PLC0415  likewise
        ParquetFragmentScanOptions,
    )

    rows = IterableDataset.from_parquet(
        [glob.escape(str(file)) for file in files],
        cache_dir=str(cache),
        batch_size=ROWS_AT_ONCE,
        # As it comes, Arrow would keep what it read of a file until the file's end.
        fragment_scan_options=ParquetFragmentScanOptions(
            pre_buffer=False, use_buffered_stream=True
        ),
    )
    if isinstance(rows.features.get(IMAGE), Image):
        return rows.cast_column(IMAGE, Image(decode=False))
    return rows
