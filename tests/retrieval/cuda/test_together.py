import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from retrieval.cuda.together import Together
from tests.tiny import wait_for


class Doubling:
    """Doubles numbers, notes which ones came together, and can be held in its first run."""

    def __init__(self, *, held: bool = False) -> None:
        self.runs: list[list[int]] = []
        self.go_on = threading.Event()
        if not held:
            self.go_on.set()

    def __call__(self, asked: Sequence[int]) -> list[int]:
        self.runs.append(list(asked))
        assert self.go_on.wait(30)
        if 13 in asked:
            raise ValueError("thirteen")
        return [2 * one for one in asked]


def test_whoever_comes_alone_is_not_kept_waiting() -> None:
    work = Doubling()
    together = Together(work, at_most=4)

    assert [together.do(n) for n in (1, 2)] == [2, 4]
    assert work.runs == [[1], [2]]


def test_those_who_come_while_a_run_lasts_share_the_next_ones() -> None:
    work = Doubling(held=True)
    together = Together(work, at_most=3)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(together.do, 0)
        wait_for(lambda: work.runs == [[0]])
        others = [pool.submit(together.do, n) for n in range(1, 6)]
        wait_for(lambda: together.n_waiting == 5)
        work.go_on.set()

        assert [one.result(30) for one in (first, *others)] == [0, 2, 4, 6, 8, 10]
    assert [len(run) for run in work.runs] == [1, 3, 2]


def test_an_error_reaches_all_of_its_run_and_none_of_the_next() -> None:
    work = Doubling()
    together = Together(work, at_most=4)

    with pytest.raises(ValueError, match="thirteen"):
        together.do(13)
    assert together.do(1) == 2
