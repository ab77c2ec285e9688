"""Room for several documents among the pages found: a few pages of each at most."""

from collections import Counter
from collections.abc import Iterable, Iterator

from retrieval.selection import Places


def at_most(places: Iterable[int], owner: Places, limit: int | None) -> Iterator[int]:
    """Keep the first pages of each document.

    Args:
        places: of pages, best first.
        owner: `(n_pages,)` index of each page's document.
        limit: how many of a document are kept; all where None.
    """
    taken = Counter[int]()
    for place in places:
        document = int(owner[place])
        taken[document] += 1
        if limit is None or taken[document] <= limit:
            yield place
