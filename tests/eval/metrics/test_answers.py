import pytest

from eval.metrics.answers import anls, exact_match, holds_answer


# one of eight letters differs: 1 - 1/8; of "colour" and "color" one of six
@pytest.mark.parametrize(
    ("text", "answers", "expected"),
    [
        ("Zeppelin", ["zeppelin"], 1),
        ("zeppelim", ["Zeppelin"], 7 / 8),
        ("color", ["shape", "colour"], 5 / 6),
        ("  two\n words ", ["two words"], 1),
        ("abcd", ["abxy"], 0.5),
        ("abcd", ["axyz"], 0),
        ("a whole sentence about the colour", ["colour"], 0),
        ("anything", [], 0),
    ],
)
def test_anls_is_the_likeness_to_the_nearest_answer_and_zero_below_a_half(
    text: str, answers: list[str], expected: float
) -> None:
    assert anls(text, answers) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"), [("The Dam.", 1), ("a dam", 1), ("dam", 1), ("the dams", 0), ("", 0)]
)
def test_an_exact_match_leaves_out_case_articles_and_punctuation(
    text: str, expected: float
) -> None:
    assert exact_match(text, ["the lake", "the dam"]) == expected


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It cost £371 in 2023.", "371"),
        ("It cost £371 in 2023.", "£371"),
        ("11,400 properties", "11,400"),
        ("Zoë Müller won", "zoe muller"),
        ("blue-green algae", "Blue green algae"),
        ("on 16 November 2023", "16 november"),
        ("Straße 7", "strasse"),
    ],
)
def test_an_answer_is_held_whatever_its_case_marks_and_signs(text: str, answer: str) -> None:
    assert holds_answer(text, [answer])


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It cost 1371 pounds", "371"),
        ("11,400 properties", "400"),
        ("11,400 properties", "11"),
        ("the category", "cat"),
        ("", "371"),
    ],
)
def test_part_of_a_number_or_word_holds_no_answer(text: str, answer: str) -> None:
    assert not holds_answer(text, [answer])


def test_any_accepted_answer_is_enough_and_none_is_not() -> None:
    assert holds_answer("Kell", ["Dr Sunniva Kell", "Kell"])
    assert not holds_answer("Kell", [])


def test_an_answer_of_signs_alone_is_held_by_nothing() -> None:
    assert not holds_answer("yes", ["?"])
    assert not holds_answer("", ["?"])
