import pytest

from answer.gate import ENOUGH, evidence


@pytest.mark.parametrize(
    ("specific", "known", "expected"),
    [(0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (0.0, 0.6, 0.3), (0.8, 0.6, 0.7)],
)
def test_specific_and_known_count_half_each(specific: float, known: float, expected: float) -> None:
    assert evidence(specific=specific, known=known) == pytest.approx(expected)


def test_a_missing_name_outweighs_most_of_the_other_words() -> None:
    assert evidence(specific=0.0, known=0.75) < ENOUGH
