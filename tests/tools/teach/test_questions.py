from random import Random

from tools.teach.plans import Placed, Plan, Thing, plan_page
from tools.teach.questions import Asked, answers, ask, find, relation

RED_PIE, BLUE_TABLE = Thing("pie chart", "red"), Thing("table", "blue")
PIE = Placed(RED_PIE, (0, 0), (10, 10, 110, 110))
TABLE = Placed(BLUE_TABLE, (0, 1), (10, 170, 110, 300))
PAGE = Plan((PIE, TABLE), "harvest", (1, 0))


def pair(how: str) -> Asked:
    return Asked(f"the red pie chart {how} the blue table", "pair", RED_PIE, how, BLUE_TABLE)


def test_a_figure_stands_above_under_or_beside_another_but_not_across_the_corner() -> None:
    corner = Placed(BLUE_TABLE, (1, 1), (170, 170, 300, 300))

    assert relation(PIE, TABLE) == "above"
    assert relation(TABLE, PIE) == "under"
    assert relation(TABLE, corner) == "beside"
    assert relation(PIE, corner) is None


def test_a_page_answers_for_a_pair_only_where_it_stands_as_asked() -> None:
    assert answers(PAGE, pair("above"))
    assert not answers(PAGE, pair("under"))
    assert find(pair("above"), PAGE) == PIE


def test_a_page_answers_for_its_word_and_for_its_figures_in_their_colours() -> None:
    assert answers(PAGE, Asked("harvest", "word", word="harvest"))
    assert not answers(PAGE, Asked("meadow", "word", word="meadow"))
    assert answers(PAGE, Asked("the red pie chart", "figure", RED_PIE))
    assert not answers(PAGE, Asked("the blue pie chart", "figure", Thing("pie chart", "blue")))


def test_every_question_is_answered_by_the_page_that_it_is_asked_of() -> None:
    dice = Random(0)
    plans = [plan_page(dice, lesson=True) for _ in range(300)]
    asked = [ask(dice, plan) for plan in plans]

    assert all(map(answers, plans, asked))
    assert {question.form for question in asked} == {"figure", "pair", "word"}
