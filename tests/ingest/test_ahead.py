from collections.abc import Generator, Iterator
from threading import Event

import pytest

from ingest.ahead import ahead, chunked


class Broken(Exception):
    """What a test breaks the iterator with."""


def test_items_come_in_order() -> None:
    assert list(ahead(iter(range(1, 6)))) == [1, 2, 3, 4, 5]
    assert list(ahead(iter(()))) == []


def test_the_next_item_is_made_while_the_present_one_is_worked_on() -> None:
    begun = [Event(), Event(), Event()]

    def items() -> Iterator[str]:
        for n, event in enumerate(begun):
            event.set()
            yield str(n)

    found = ahead(items())
    assert next(found) == "0"
    assert begun[1].wait(10)
    assert not begun[2].is_set()
    found.close()


def test_what_the_iterator_raises_is_raised_in_its_turn() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise Broken

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(Broken):
        next(found)


def test_an_iterator_that_is_closed_early_is_asked_for_no_more() -> None:
    made = []

    def items() -> Generator[int, None, None]:
        for n in range(1, 100):
            made.append(n)
            yield n

    source = items()
    found = ahead(source)
    assert next(found) == 1
    found.close()
    source.close()
    assert made == [1, 2]


def test_chunks_are_full_but_the_last() -> None:
    assert list(chunked(iter(range(5)), 2)) == [[0, 1], [2, 3], [4]]
