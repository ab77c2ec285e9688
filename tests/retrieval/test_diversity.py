import numpy as np

from retrieval.diversity import at_most

OWNER = np.array([0, 0, 0, 1, 2])
BEST_FIRST = [2, 0, 3, 1, 4]


def test_the_best_pages_of_each_document_are_kept_in_order() -> None:
    assert [*at_most(BEST_FIRST, OWNER, 1)] == [2, 3, 4]
    assert [*at_most(BEST_FIRST, OWNER, 2)] == [2, 0, 3, 4]


def test_without_a_limit_every_page_is_kept() -> None:
    assert [*at_most(BEST_FIRST, OWNER, None)] == BEST_FIRST
