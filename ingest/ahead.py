"""Makes the next chunk of items while the present one is worked on."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """Yield the items of an iterator, of which the next one is made in a thread meanwhile.

    What it raises is raised here, in its turn. When this is closed, the item at hand is finished
    and the iterator is not asked for more.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        upcoming = thread.submit(next, items, None)
        while (item := upcoming.result()) is not None:
            upcoming = thread.submit(next, items, None)
            yield item


def chunked(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of up to `size` items."""
    while chunk := list(islice(items, size)):
        yield chunk
