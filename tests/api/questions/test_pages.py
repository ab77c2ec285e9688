from collections.abc import Callable

import pytest

from api.questions.pages import Pages
from api.service import Service
from index.records import PageWords
from tests.tiny import index, pdf


@pytest.fixture
def read(service: Service) -> Callable[[int], PageWords]:
    """Reads a page of three words; there is room for two such pages."""
    index(service, "birds.pdf", pdf("Herons nest here", "Storks nest there", "Gulls do not"))
    [document] = service.catalog.live_documents("default", None)
    pages = Pages(service.catalog, service.blobs, remembered=8)
    return lambda page: pages.words(document.generation, page)


def test_words_are_kept_while_there_is_room(read: Callable[[int], PageWords]) -> None:
    first, second = read(1), read(2)
    assert (read(1), read(2)) == (first, second)
    assert read(1) is first
    assert read(2) is second


def test_the_page_read_longest_ago_makes_room(read: Callable[[int], PageWords]) -> None:
    first, second = read(1), read(2)
    assert read(1) is first
    read(3)
    assert read(1) is first
    assert read(2) is not second
    assert read(2) == second
