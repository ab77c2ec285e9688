"""Text that no reader of the page sees reaches nobody, and is told."""

import pytest

from tests.redteam.attacks import FILE_NAME, HIDDEN, OWN_WORDS, QUESTIONS, Attack
from tests.redteam.conftest import Ground, Obedient, text_parts

hidden = pytest.mark.parametrize("attack", HIDDEN, ids=lambda attack: attack.name)
IN_TEXT_LAYER = [attack for attack in HIDDEN if attack.name not in ("metadata", "link")]


@hidden
def test_a_hidden_canary_is_in_no_word_region_or_answer(flagged: Ground, attack: Attack) -> None:
    told = [word.text for word in flagged.words(attack).words]
    for question in (*QUESTIONS, *OWN_WORDS, attack.canary):
        told += [r.text for hit in flagged.hits(attack, question) for r in hit.regions]
        told.append(flagged.ask(attack, question).model_dump_json())
    assert "Oxmere." in "".join(told) or "Oxmere" in "".join(told)
    assert attack.canary.lower() not in "".join(told).lower()


@hidden
def test_a_hidden_canary_is_in_no_prompt(
    persuadable: Ground, obedient: Obedient, attack: Attack
) -> None:
    answer = persuadable.ask(attack, QUESTIONS[0])
    prompt = "".join(text_parts(obedient.asked[-1]["messages"]))
    assert "twelve metres" in prompt
    assert attack.canary.lower() not in prompt.lower()
    assert attack.canary.lower() not in answer.answer.lower()


@pytest.mark.parametrize("attack", IN_TEXT_LAYER, ids=lambda attack: attack.name)
def test_hidden_words_are_counted_and_what_they_say_is_told(
    flagged: Ground, attack: Attack
) -> None:
    shown = flagged.details(attack)
    assert shown.hidden_words == shown.flagged_pages[0].hidden_words > 5
    assert shown.flags
    assert all(flag.startswith("hidden:") for flag in shown.flags)
    assert flagged.hits(attack, QUESTIONS[0])[0].warnings == shown.flags


def test_a_file_name_is_told_and_never_shown_to_a_model(
    flagged: Ground, persuadable: Ground, obedient: Obedient
) -> None:
    assert flagged.details(FILE_NAME).flags == ["name:override"]
    assert flagged.hits(FILE_NAME, QUESTIONS[0])[0].warnings == ["name:override"]
    answer = persuadable.ask(FILE_NAME, QUESTIONS[0])
    assert FILE_NAME.canary not in str(obedient.asked[-1])
    assert FILE_NAME.canary not in answer.answer
    assert answer.grounded
