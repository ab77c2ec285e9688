from random import Random

from tools.teach.lessons import draw_batch, draw_lesson
from tools.teach.plans import Placed, Plan, Thing
from tools.teach.questions import Asked
from tools.teach.writing import SIDE

TABLE = Placed(Thing("table", "red"), (0, 0), (10, 20, 110, 120))
PLAN = Plan((TABLE,), "harvest", (1, 1))


def test_a_question_for_a_figure_knows_the_figures_box() -> None:
    lesson = draw_lesson(Random(0), PLAN, Asked("the red table", "figure", TABLE.thing))

    assert lesson.box == tuple(edge / SIDE for edge in TABLE.edges)
    assert not lesson.reads


def test_a_question_for_a_word_knows_the_words_box_and_that_it_is_read() -> None:
    lesson = draw_lesson(Random(0), PLAN, Asked("harvest", "word", word="harvest"))

    assert lesson.box == lesson.drawn.content.words.words[0].box
    assert lesson.reads


def test_no_word_stands_on_two_pages_of_a_batch() -> None:
    lessons = draw_batch(Random(0), 16)
    printed = [lesson.drawn.content.words.words for lesson in lessons]

    single = [words[0].text for words in printed if len(words) == 1]
    assert len(single) == len(set(single)) == 14
