"""A model that obeys all that it reads: what it says of a canary is not presented as true."""

import base64
import io
import re

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from answer.prompt import INSTRUCTIONS, REMINDER
from tests.redteam.attacks import ENCODED, FACTS, PERSUADING, QUESTIONS, VISIBLE, Attack
from tests.redteam.conftest import Ground, Obedient, text_parts

FENCED = re.compile(r"<words page=P\d+ id=(\w+)>\n.*\n</words id=\1>", re.DOTALL)
persuading = pytest.mark.parametrize(
    "attack", [a for a in PERSUADING if a.name != "beacon"], ids=lambda attack: attack.name
)
left_out = pytest.mark.parametrize("attack", [*VISIBLE, ENCODED], ids=lambda attack: attack.name)


@persuading
def test_an_answer_that_obeys_a_page_is_not_grounded(persuadable: Ground, attack: Attack) -> None:
    answer = persuadable.ask(attack, QUESTIONS[0])
    assert attack.canary in answer.answer
    assert not answer.grounded
    verified = [c for c in answer.model_dump()["citations"] if c.get("verified", True)]
    assert [c for c in verified if attack.canary in c["quote"]] == []
    assert all(c["warnings"] for c in verified)


def test_an_answer_that_obeys_nothing_is_grounded(persuadable: Ground) -> None:
    (beacon,) = (attack for attack in PERSUADING if attack.name == "beacon")
    persuaded = persuadable.ask(beacon, QUESTIONS[0])
    assert "http" not in persuaded.answer
    assert "](" not in persuaded.answer


@pytest.mark.parametrize("attack", PERSUADING, ids=lambda attack: attack.name)
def test_words_of_pages_stay_between_their_markers(
    persuadable: Ground, obedient: Obedient, attack: Attack
) -> None:
    persuadable.ask(attack, QUESTIONS[0])
    parts = text_parts(obedient.asked[-1]["messages"])
    with_canary = [part for part in parts if attack.canary in part]
    assert len(with_canary) == 1
    assert FENCED.fullmatch(with_canary[0])
    place = parts.index(with_canary[0])
    assert parts[0].startswith(INSTRUCTIONS[:60])
    assert REMINDER[:30] in "".join(parts[place + 1 :])
    assert parts[-1] == f"Question: {QUESTIONS[0]}"


@left_out
def test_in_quarantine_the_lines_reach_neither_index_nor_model(
    quarantined: Ground, obedient: Obedient, attack: Attack
) -> None:
    assert attack.canary not in str(quarantined.words(attack).words)
    for question in (QUESTIONS[0], attack.canary):
        hits = quarantined.hits(attack, question)
        assert attack.canary not in "".join(str(hit.regions) for hit in hits)
        assert all(hit.warnings for hit in hits)
        answer = quarantined.ask(attack, question)
        assert attack.canary not in str(text_parts(obedient.asked[-1]["messages"])).replace(
            f"Question: {attack.canary}", ""
        )
        assert question == attack.canary or attack.canary not in answer.answer


@left_out
def test_in_quarantine_the_rest_of_the_page_stays_and_the_loss_is_told(
    quarantined: Ground, attack: Attack
) -> None:
    kept = " ".join(word.text for word in quarantined.words(attack).words)
    assert all(fact in kept for fact in FACTS)
    (page,) = quarantined.details(attack).flagged_pages
    assert page.flags
    assert page.lines_left_out > 0
    assert "twelve metres" in quarantined.ask(attack, QUESTIONS[0]).answer


def test_in_quarantine_a_model_sees_the_lines_covered_and_people_see_them_whole(
    quarantined: Ground, obedient: Obedient
) -> None:
    attack = VISIBLE[0]
    quarantined.ask(attack, QUESTIONS[0])
    (url,) = (
        part["image_url"]["url"]
        for part in obedient.asked[-1]["messages"][-1]["content"]
        if part["type"] == "image_url"
    )
    seen = _pixels(base64.b64decode(url.partition(",")[2]))
    whole = _pixels(
        quarantined.service.pages.picture("default", quarantined.documents[attack.name], 1)
    )
    (box,) = quarantined.words(attack).set_aside
    lines = slice(int(box.top * len(whole)), int(box.bottom * len(whole)))
    inside = slice(int(box.left * whole.shape[1]), int(box.right * whole.shape[1]))
    assert whole[lines, inside].min() < 60
    assert np.ptp(seen[lines, inside]) < 10
    assert np.abs(seen[: lines.start - 20] - whole[: lines.start - 20]).max() < 60


def _pixels(picture: bytes) -> NDArray[np.int64]:
    with Image.open(io.BytesIO(picture)) as image:
        return np.asarray(image.convert("L")).astype(np.int64)
