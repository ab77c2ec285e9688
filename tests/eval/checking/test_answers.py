import pytest

from eval.checking.answers import holds, lacks
from tests.eval.checking.conftest import corpus

PAGE = corpus(a=[["The dam is 12.5 metres tall and", "has held back the water since 1931"]]).pages[
    "a", 1
]


@pytest.mark.parametrize("answer", ["12.5 metres", "metres tall and has held", "THE DAM"])
def test_an_answer_in_the_pages_words_is_held(answer: str) -> None:
    assert holds(PAGE.words.words, ["absent", answer])
    assert not lacks(PAGE, [answer])


@pytest.mark.parametrize("answer", ["12", "1932", "1931 and 1932", "herons nest"])
def test_a_number_or_words_that_are_not_there_are_lacking(answer: str) -> None:
    assert not holds(PAGE.words.words, [answer])
    assert lacks(PAGE, [answer])


@pytest.mark.parametrize(
    "answer", ["since 1931, says the page", "water that it has held back for long"]
)
def test_an_answer_in_other_words_is_not_lacking(answer: str) -> None:
    assert not lacks(PAGE, [answer])


def test_any_answer_that_is_there_is_enough() -> None:
    assert not lacks(PAGE, ["1932", "1931"])
