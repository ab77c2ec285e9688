"""How pages are found."""

import os
from typing import Literal

from pydantic import BaseModel, Field

Scorer = Literal["auto", "native", "numpy", "cuda", "qdrant"]


class SearchSettings(BaseModel):
    """How pages are found."""

    scorer: Scorer = Field(
        "auto",
        description="what scores rows: `native` (the C kernel), `numpy`, `cuda`, or `qdrant` (the "
        "vector store, for more pages than a machine holds; collections are built for it); `auto` "
        "is the fastest of the first three",
    )
    gpu_bytes: int | None = Field(
        None,
        gt=0,
        description="memory of the GPU for rows when it scores; four fifths of what is free at the "
        "start when unset, and what does not fit stays in the host's memory",
    )
    search_threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1, gt=0, description="threads of one search"
    )
    refined_pages: int = Field(
        512,
        ge=1,
        description="pages that a search scores by all their rows, at least; a tenth of a larger "
        "collection. The other pages are scored by pooled rows",
    )
    recall_check: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of the searches that are done again exhaustively, to tell in `/readyz` "
        "how much the fast way finds of what scoring every page finds",
    )
