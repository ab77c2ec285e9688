from answer.asking import take_apart
from answer.likeness import Likeness
from index.encoders.lexical import LexicalEncoder

LEXICAL = LexicalEncoder()


def likeness(question: str) -> Likeness:
    return Likeness(take_apart(question, LEXICAL), LEXICAL)


def test_each_term_is_matched_by_its_best_word() -> None:
    assert likeness("toll bridge").strengths("The toll of Aldham").tolist() == [1, 0]


def test_a_term_inside_a_file_name_is_known() -> None:
    found = likeness("mills income")

    assert found.strengths("bestmills").tolist() == [0, 0]
    assert found.strengths_in_name("bestmills-2016.pdf").tolist() == [1, 0]


def test_each_text_has_its_own_strengths() -> None:
    rows = likeness("toll bridge").strengths_of_each(["tolls", "old bridge", "rain"])

    assert rows.tolist() == [[1, 0], [0, 1], [0, 0]]
