import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Box, Float32, PageWords, Question, Word
from retrieval.regions import MAX_REGIONS, find_regions, union

AXES = np.eye(4, dtype=np.float32)


def line_box(n: int, left: float = 0.1, right: float = 0.9) -> Box:
    return Box(left, 0.1 * n, right, 0.1 * n + 0.05)


def page(*texts: str, boxes: tuple[Box, ...] = ()) -> PageWords:
    chosen = boxes or tuple(line_box(n) for n in range(len(texts)))
    words = tuple(Word(text, chosen[n], n) for n, text in enumerate(texts))
    return PageWords(words, "text_layer")


def rows_on(words: PageWords, axes: list[int]) -> tuple[Float32, Float32]:
    """A row on each line, along the axis named."""
    boxes = np.array([word.box for word in words.words], np.float32)
    return AXES[axes], boxes


def question(*axes: int) -> Question:
    weights = np.ones(len(axes), np.float32)
    return Question("q", AXES[list(axes)], weights, tuple("abcd"[: len(axes)]))


def test_the_line_that_matches_is_the_region() -> None:
    words = page("dams", "herons", "invoices")
    (region,) = find_regions(question(1), *rows_on(words, [0, 1, 2]), words)
    assert region.text == "herons"
    assert region.box == pytest.approx(line_box(1))
    assert region.score == pytest.approx(1)


def test_a_region_scores_its_share_of_what_the_whole_page_matches() -> None:
    words = page("dams", "between", "herons")
    regions = find_regions(question(0, 2), *rows_on(words, [0, 1, 2]), words)
    assert [region.text for region in regions] == ["dams", "herons"]
    assert [region.score for region in regions] == pytest.approx([0.5, 0.5])


def test_lines_that_follow_one_another_are_one_region() -> None:
    words = page("the dam", "is tall", "herons")
    (region,) = find_regions(question(0), *rows_on(words, [0, 0, 1]), words)
    assert region.text == "the dam\nis tall"
    assert region.box == pytest.approx(union([line_box(0), line_box(1)]))


def test_lines_in_two_columns_are_two_regions() -> None:
    words = page("left", "right", boxes=(line_box(0, 0.1, 0.4), line_box(0, 0.6, 0.9)))
    regions = find_regions(question(0), *rows_on(words, [0, 0]), words)
    assert [region.text for region in regions] == ["left", "right"]


def test_a_weak_line_beside_a_strong_one_is_no_region() -> None:
    words = page("strong", "far", "weak")
    rows, boxes = rows_on(words, [0, 1, 2])
    rows[2] = np.array([0.6, 0.8, 0, 0], np.float32)
    (region,) = find_regions(question(0), rows, boxes, words)
    assert region.text == "strong"


def test_at_most_a_few_regions_are_told() -> None:
    words = page(*(f"line {n}" for n in range(9)))
    axes = [0, 1] * 4 + [0]
    assert len(find_regions(question(0), *rows_on(words, axes), words)) == MAX_REGIONS


def test_a_token_without_weight_makes_no_region() -> None:
    words = page("dams", "herons")
    asked = Question("q", AXES[[0, 1]], np.array([0, 1], np.float32), ("the", "herons"))
    (region,) = find_regions(asked, *rows_on(words, [0, 1]), words)
    assert region.text == "herons"


@pytest.mark.parametrize("kind", ["no words", "no rows", "no tokens", "nothing alike"])
def test_a_page_that_answers_to_nothing_has_no_regions(kind: str) -> None:
    words = page("dams")
    rows, boxes = rows_on(words, [0])
    asked = question(0)
    if kind == "no words":
        words = PageWords((), "none")
    elif kind == "no rows":
        rows, boxes = rows[:0], boxes[:0]
    elif kind == "no tokens":
        asked = question()
    else:
        asked = question(3)
    assert find_regions(asked, rows, boxes, words) == ()


@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_regions_lie_on_the_page_best_first_and_within_the_words(n_lines: int, seed: int) -> None:
    drawn = np.random.default_rng(seed)
    words = page(*("x" * n_lines), boxes=tuple(Box(*sorted_box(drawn)) for _ in range(n_lines)))
    rows, boxes = rows_on(words, list(drawn.integers(0, 4, n_lines)))
    regions = find_regions(question(0, 1), rows, boxes, words)
    around = union([word.box for word in words.words])
    scores = [region.score for region in regions]
    assert scores == sorted(scores, reverse=True)
    for region in regions:
        assert union([around, region.box]) == around


def sorted_box(drawn: np.random.Generator) -> tuple[float, float, float, float]:
    (left, right), (top, bottom) = np.sort(drawn.random(2)), np.sort(drawn.random(2))
    return float(left), float(top), float(right), float(bottom)
