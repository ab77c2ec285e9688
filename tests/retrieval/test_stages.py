from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from index.records import Question, RowKind, Rows
from retrieval.int8.scoring import Kernel
from retrieval.maxsim import maxsim
from retrieval.sidecar.folder import SidecarFolder
from retrieval.stages import MIN_REFINED, PageScorer, refine, refined_depth
from tests.conftest import unit_rows

NOTHING = np.empty(0, np.int64)
ONE_BOX = np.array([[0, 0, 1, 0.1]], np.float32)
N_DOCUMENTS, N_PAGES = 3, 5
CASES: list[tuple[int, Kernel | None]] = [(1, "numpy"), (3, None), (2, "numpy")]


@pytest.fixture
def question() -> Question:
    vectors = unit_rows(4, seed=99).vectors
    return Question("q", vectors, np.array([1, 0, 2, 0.5], np.float32), ("a", "b", "c", "d"))


@pytest.fixture
def scorer(tmp_path: Path, question: Question) -> PageScorer:
    """Three documents of five pages; the last page of each has no rows, the first no context.

    The others are called like a token of the question, each like another one.
    """
    folder = SidecarFolder(tmp_path / "sidecar", dim=16)
    for n in range(N_DOCUMENTS):
        pages = {p: unit_rows(20 + p, seed=10 * n + p) for p in range(1, N_PAGES)}
        token = question.vectors[[(0, 2)[n - 1]]]
        context = Rows.of_kind(RowKind.TEXT, token, ONE_BOX) if n else unit_rows(0)
        folder.append(UUID(int=n), {0: context, **pages, N_PAGES: unit_rows(0)}.items())
    folder.close()
    contexts = np.arange(N_DOCUMENTS) * (N_PAGES + 1)
    owner = np.repeat(np.arange(N_DOCUMENTS), N_PAGES)
    slots = contexts[owner] + np.tile(np.arange(1, N_PAGES + 1), N_DOCUMENTS)
    return PageScorer(question, folder.view, slots, contexts, owner)


def truth(scorer: PageScorer) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return maxsim(
        scorer.question,
        [scorer.view.vectors(int(slot)) for slot in scorer.slots],
        contexts=[scorer.view.vectors(int(slot)) for slot in scorer.contexts],
        owner=scorer.owner.tolist(),
    )


def test_exact_scores_are_those_of_maxsim_whatever_they_are_asked_beside(
    scorer: PageScorer,
) -> None:
    expected = truth(scorer)
    every = np.arange(len(expected))
    assert scorer.exact(every).tobytes() == expected.tobytes()
    for place in every:
        assert scorer.exact(np.array([place]))[0].tobytes() == expected[place].tobytes()


def test_a_page_scores_the_same_in_int8_whatever_it_is_asked_beside(scorer: PageScorer) -> None:
    together = scorer.all_refined()
    for place in range(len(together)):
        alone = replace(scorer, slots=scorer.slots[[place]], owner=scorer.owner[[place]])
        assert alone.all_refined()[0].tobytes() == together[place].tobytes()


def test_refined_scores_are_close_to_the_exact_ones(scorer: PageScorer) -> None:
    expected, found = truth(scorer), scorer.all_refined()
    has_rows = np.isfinite(expected)
    np.testing.assert_array_equal(np.isfinite(found), has_rows)
    np.testing.assert_allclose(found[has_rows], expected[has_rows], atol=0.05)


def test_a_page_without_rows_is_seen_by_no_stage(scorer: PageScorer) -> None:
    empty = scorer.view.page[scorer.slots] == N_PAGES
    rough = scorer.rough()
    refined = scorer.refined(rough, NOTHING)
    for scores in (rough, refined, scorer.all_refined()):
        np.testing.assert_array_equal(np.isneginf(scores), empty)


def test_threads_and_kernels_change_no_score(scorer: PageScorer) -> None:
    others = [
        PageScorer(
            scorer.question,
            scorer.view,
            scorer.slots,
            scorer.contexts,
            scorer.owner,
            threads=threads,
            kernel=kernel,
        )
        for threads, kernel in CASES
    ]
    assert {one.all_refined().tobytes() for one in others} == {scorer.all_refined().tobytes()}
    assert {one.rough().tobytes() for one in others} == {scorer.rough().tobytes()}


def test_closer_scores_replace_rough_ones_and_the_others_keep_their_order() -> None:
    rough = np.array([1, 2, 3, 4, -np.inf, 2.5], np.float32)

    scores = refine(rough, np.array([1, 3]), np.array([5, 9], np.float32))  # y = 2 x + 1

    np.testing.assert_allclose(scores, [3, 5, 7, 9, -np.inf, 6])


def test_looks_that_disagree_turn_no_page_round() -> None:
    rough = np.array([1, 2.5, 3], np.float32)

    scores = refine(rough, np.array([0, 2]), np.array([9, 5], np.float32))

    assert scores.tolist() == [9, 7.5, 5]  # the mean of 9 - 1 and 5 - 3 is added


def test_one_closer_look_moves_the_others_by_what_it_differed() -> None:
    rough = np.array([1, 2], np.float32)

    assert refine(rough, np.array([1]), np.array([5], np.float32)).tolist() == [4, 5]


@pytest.mark.parametrize(
    ("n_pages", "depth"),
    [(0, 0), (1, 1), (MIN_REFINED, 512), (2000, 512), (20_000, 2000), (1_000_001, 100_001)],
)
def test_a_share_of_the_pages_is_refined_but_never_few(n_pages: int, depth: int) -> None:
    assert refined_depth(n_pages) == depth


def test_as_few_pages_are_refined_as_is_asked_but_never_less_than_a_tenth(
    scorer: PageScorer,
) -> None:
    n_pages = len(scorer.slots)
    few, all_of_them = replace(scorer, min_refined=1), replace(scorer, min_refined=n_pages)
    close = scorer.all_refined()

    assert refined_depth(n_pages, least=1) == -(-n_pages // 10)
    assert (all_of_them.overview(lambda: NOTHING) == close).all()
    assert (few.overview(lambda: NOTHING) == close).sum() < n_pages
