import pytest

from answer.cautions import COUNTING, PLACES, cautions


@pytest.mark.parametrize(
    "question",
    [
        "How many bars are above 50?",
        "What is the number of people in the photo?",
        "Wie viele Balken sind rot?",
        "Combien de barres sont rouges ?",
        "\u00bfCu\u00e1ntas barras son rojas?",
    ],
)
def test_counting_is_warned_of(question: str) -> None:
    assert cautions(question) == (COUNTING,)


@pytest.mark.parametrize(
    "question",
    [
        "What stands in the top left corner?",
        "Which bar is to the left of the red one?",
        "What is next to the logo?",
        "Was steht rechts neben dem Logo?",
        "Qu'y a-t-il \u00e0 gauche du logo ?",
        "\u00bfQu\u00e9 hay a la izquierda del logotipo?",
    ],
)
def test_places_are_warned_of(question: str) -> None:
    assert cautions(question) == (PLACES,)


@pytest.mark.parametrize(
    "question",
    [
        "What is the right to appeal?",
        "When did she leave the company?",
        "Who left in 1931?",
        "Which growth rates were above 5 percent?",
        "Wann wurde die Br\u00fccke er\u00f6ffnet?",
        "Quand le pont a-t-il ouvert ?",
        "\u00bfQui\u00e9n pag\u00f3 el puente?",
    ],
)
def test_other_questions_are_answered_without_a_warning(question: str) -> None:
    assert cautions(question) == ()


def test_a_question_may_ask_for_both() -> None:
    assert cautions("How many dots are at the bottom?") == (COUNTING, PLACES)
