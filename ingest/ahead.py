"""Makes the next chunk of items while the present one is worked on."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from typing import TypeVar

from index.watch import Watch

Item = TypeVar("Item")


def ahead(items: Iterator[Item]) -> Generator[Item, None, None]:
    """Yield the items of an iterator, of which the next one is made in a thread meanwhile.

    What it raises is raised here, in its turn. When this is closed, the item at hand is finished
    and the iterator is not asked for more. The thread knows the context of who asks first.
    """
    context = copy_context()

    def following() -> Item | None:
        return next(items, None)

    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        upcoming = thread.submit(context.run, following)
        while (item := upcoming.result()) is not None:
            upcoming = thread.submit(context.run, following)
            yield item


def chunked(items: Iterator[Item], size: int) -> Iterator[list[Item]]:
    """Yield lists of up to `size` items."""
    while chunk := list(islice(items, size)):
        yield chunk


def watched(items: Iterator[Item], watch: Watch, step: str) -> Iterator[Item]:
    """Yield the items of an iterator, of which making each one is a step of work."""
    while True:
        with watch.step(step):
            item = next(items, None)
        if item is None:
            return
        yield item
