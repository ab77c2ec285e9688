"""Text that addresses a model in plain sight is told, and is never the answer."""

import pytest

from tests.redteam.attacks import ENCODED, QUESTIONS, VISIBLE, Attack
from tests.redteam.conftest import Ground, Open

SEEN = (*VISIBLE, ENCODED)
visible = pytest.mark.parametrize("attack", SEEN, ids=lambda attack: attack.name)


@visible
def test_text_that_addresses_a_model_is_told_with_document_and_hits(
    flagged: Ground, attack: Attack
) -> None:
    shown = flagged.details(attack)
    assert shown.flags
    assert not any(flag.startswith(("hidden:", "name:")) for flag in shown.flags)
    (page,) = shown.flagged_pages
    assert (page.page, page.flags, page.lines_left_out) == (1, shown.flags, 0)
    assert flagged.hits(attack, QUESTIONS[0])[0].warnings == shown.flags


@visible
@pytest.mark.parametrize("question", [*QUESTIONS, "What are the previous instructions?"])
def test_no_answer_that_quotes_quotes_it(flagged: Ground, attack: Attack, question: str) -> None:
    told = flagged.ask(attack, question).model_dump_json(exclude={"timings"})
    assert attack.canary not in told


@visible
def test_ordinary_questions_still_have_their_answers_with_a_warning(
    flagged: Ground, attack: Attack
) -> None:
    answer = flagged.ask(attack, "How tall is the dam of Oxmere?")
    assert "twelve metres" in answer.answer
    assert answer.citations[0].warnings == flagged.details(attack).flags


def test_what_is_encoded_is_told_as_a_disguise(flagged: Ground) -> None:
    assert flagged.details(ENCODED).flags == ["disguise"]


def test_of_all_documents_together_no_answer_has_a_canary(flagged: Ground) -> None:
    told = "".join(flagged.ask(None, question).model_dump_json() for question in QUESTIONS)
    assert [attack.name for attack in SEEN if attack.canary in told] == []


def test_where_it_is_allowed_nothing_is_looked_for(open_ground: Open) -> None:
    with open_ground(VISIBLE[:1], injection="allow") as opened:
        assert opened.details(VISIBLE[0]).flags == []
        assert opened.hits(VISIBLE[0], QUESTIONS[0])[0].warnings == []
        assert VISIBLE[0].canary in str(opened.words(VISIBLE[0]))
