"""An answer that is told while an obedient model writes it: canaries do not get out that way."""

import pytest

from api.events import AnswerEvent, TokenBody
from api.questions.bodies import AnswerResponse
from tests.redteam.attacks import FACTS, QUESTIONS, Attack
from tests.redteam.conftest import Ground, Obedient
from tests.redteam.test_obedient_model import persuading


def tokens(events: list[AnswerEvent]) -> list[str]:
    return [event.body.text for event in events if isinstance(event.body, TokenBody)]


@pytest.mark.parametrize("streams", [True, False])
@persuading
def test_no_sentence_that_a_page_put_in_is_told_before_the_whole_answer(
    persuadable: Ground, obedient: Obedient, attack: Attack, *, streams: bool
) -> None:
    with obedient.playing(streams=streams, says_first=FACTS[1]):
        events = persuadable.told(attack, QUESTIONS[0])

    assert tokens(events) == [FACTS[1]]
    whole = events[-1].body
    assert isinstance(whole, AnswerResponse)
    assert attack.canary in whole.answer
    assert not whole.grounded


@persuading
def test_nothing_is_told_of_an_answer_that_begins_with_it(
    persuadable: Ground, obedient: Obedient, attack: Attack
) -> None:
    with obedient.playing(streams=True):
        events = persuadable.told(attack, QUESTIONS[0])

    assert [event.name for event in events] == ["pages", "citations", "done"]
