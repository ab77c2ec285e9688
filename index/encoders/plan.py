"""What the pages of a collection will take, from the facts of its encoder."""

from dataclasses import dataclass

from index.encoders.registry import find
from index.encoders.shelf import SHIPPED
from index.errors import InvalidRequest
from index.vectors.base import max_rows

SHIPPED_ROWS, SHIPPED_DIM = 300, 192  # measured: the mean of 910 mixed pages
HALF = 2  # bytes of a value as it is stored
BOX_BYTES = 12  # of a row: its box and kind as the store's payload holds them
TERMS_BYTES = 4096  # of a page's BM25 terms, index included
CELLS = 128  # of a page, in which rows are pooled
PLACE_BYTES = 9  # of a row in the sidecar
BLOB_BYTES = 187 * 1024  # of a page's picture and words: 57 demo pages, measured


@dataclass(frozen=True, slots=True)
class StoragePlan:
    """Sizes of one page, in bytes, and how many pages there are.

    Attributes:
        max_rows: that a page may have.
        stored_bytes: in the vector store.
        blob_bytes: of its picture and words.
        sidecar_bytes: of what scoring reads, beside the vector store.
        memory_bytes: of that, what should fit in memory: mapped files, which the system drops when
            it needs the room.
    """

    n_pages: int
    rows_per_page: int
    dim: int
    max_rows: int
    stored_bytes: int
    blob_bytes: int
    sidecar_bytes: int
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
    packed = _packed(rows, length) + _packed(min(rows, CELLS), length)
    return StoragePlan(
        n_pages=n_pages,
        rows_per_page=rows,
        dim=length,
        max_rows=limit,
        stored_bytes=rows * (length * HALF + BOX_BYTES) + TERMS_BYTES,
        blob_bytes=BLOB_BYTES,
        sidecar_bytes=packed + rows * (length * HALF + PLACE_BYTES),
        memory_bytes=packed,
    )


def _packed(rows: int, dim: int) -> int:
    """Bytes of rows in int8, each with the two that its sum starts from."""
    return rows * (dim + HALF)


def _usual(encoder: str, *, known: bool) -> tuple[int, int]:
    if encoder == SHIPPED or not known:
        return SHIPPED_ROWS, SHIPPED_DIM
    model = find(encoder)
    return model.rows_per_page, model.dim
