"""What the pages of a collection will take, from the facts of its encoder."""

from dataclasses import dataclass

from index.encoders.registry import find
from index.encoders.shelf import SHIPPED
from index.errors import InvalidRequest
from index.vectors.base import max_rows

SHIPPED_ROWS, SHIPPED_DIM = 300, 192  # measured: the mean of 910 mixed pages
HALF, FULL = 2, 4  # bytes of a value, stored and in memory
BOX_BYTES = 12  # of a row: its box and kind as the store's payload holds them
TERMS_BYTES = 4096  # of a page's BM25 terms, index included
BLOB_BYTES = 187 * 1024  # of a page's picture and words: 57 demo pages, measured


@dataclass(frozen=True, slots=True)
class StoragePlan:
    """Sizes of one page, in bytes, and how many pages there are."""

    n_pages: int
    rows_per_page: int
    dim: int
    max_rows: int
    stored_bytes: int
    blob_bytes: int
    memory_bytes: int


def plan_storage(
    encoder: str, *, n_pages: int, rows_per_page: int | None = None, dim: int | None = None
) -> StoragePlan:
    """Plan a collection.

    Args:
        encoder: the one that ships, or a registered model; any name when `dim` and
            `rows_per_page` are given.
        n_pages: pages of the collection.
        rows_per_page: instead of the encoder's usual number.
        dim: instead of the encoder's.

    Raises:
        InvalidRequest: no such encoder, or its pages do not fit into one multi-vector each.
    """
    usual_rows, usual_dim = _usual(encoder, known=rows_per_page is None or dim is None)
    rows, length = rows_per_page or usual_rows, dim or usual_dim
    limit = max_rows(length)
    if rows > limit:
        raise InvalidRequest(
            f"{rows} rows of {length} values do not fit into one page: Qdrant holds {limit}; "
            "choose a model with shorter rows, or pool its rows"
        )
    return StoragePlan(
        n_pages=n_pages,
        rows_per_page=rows,
        dim=length,
        max_rows=limit,
        stored_bytes=rows * (length * HALF + BOX_BYTES) + TERMS_BYTES,
        blob_bytes=BLOB_BYTES,
        memory_bytes=rows * (length * FULL + 4 * FULL + 1),
    )


def _usual(encoder: str, *, known: bool) -> tuple[int, int]:
    if encoder == SHIPPED or not known:
        return SHIPPED_ROWS, SHIPPED_DIM
    model = find(encoder)
    return model.rows_per_page, model.dim
