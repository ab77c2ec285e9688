"""How good a ranking or an answer is."""

import math
import re
import unicodedata
from collections.abc import Sequence


def first_rank(found: Sequence[tuple[str, int]], gold: frozenset[tuple[str, int]]) -> int | None:
    """Return the rank, from 1, of the first gold page; None when there is none."""
    return next((rank for rank, page in enumerate(found, 1) if page in gold), None)


def recall_at(rank: int | None, depth: int) -> float:
    """Return 1 when a gold page stands among the first `depth`: gold pages are alternatives."""
    return float(rank is not None and rank <= depth)


def ndcg_at(rank: int | None, depth: int) -> float:
    """Return the nDCG of one relevant page at `rank`.

    Source: Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques", 2002, with
    the gold pages of a question counted as one: 1 / log2(1 + rank of the first), 0 beyond `depth`.
    """
    return 1 / math.log2(1 + rank) if rank is not None and rank <= depth else 0.0


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Tell whether a text holds one of the accepted answers, compared by letters and digits."""
    plain = f" {_plain(text)} "
    wanted = [_plain(answer) for answer in answers]
    return any(f" {one} " in plain for one in wanted if one)


def mean(values: Sequence[float]) -> float:
    """Return the mean; not a number for no values."""
    return sum(values) / len(values) if values else math.nan


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(re.findall(r"\d+(?:[.,]\d+)*|[^\W\d_]+", kept))
