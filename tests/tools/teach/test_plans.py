from random import Random

import pytest

from tools.teach.plans import KEPT_STACKS, KEPT_THINGS, SLOT, Plan, plan_kept_page, plan_page


def stacks(plan: Plan) -> set[tuple[str, str]]:
    pairs = [(a, b) for a in plan.figures for b in plan.figures]
    return {(a.thing.kind, b.thing.kind) for a, b in pairs if a.slot == (b.slot[0], b.slot[1] - 1)}


def shows_kept(plan: Plan) -> bool:
    return any(f.thing in KEPT_THINGS for f in plan.figures) or bool(stacks(plan) & KEPT_STACKS)


def test_no_lesson_shows_what_is_kept_for_the_examination() -> None:
    dice = Random(0)

    assert not any(shows_kept(plan_page(dice, lesson=True)) for _ in range(2000))


def test_a_kept_page_shows_something_that_no_lesson_does() -> None:
    dice = Random(0)

    assert all(shows_kept(plan_kept_page(dice)) for _ in range(50))


def test_every_figure_stays_within_its_slot_and_the_word_has_one_of_its_own() -> None:
    dice = Random(0)
    for plan in (plan_page(dice, lesson=True) for _ in range(200)):
        slots = [figure.slot for figure in plan.figures]
        assert len({*slots, plan.word_slot}) == len(slots) + 1
        for figure in plan.figures:
            left, top, right, bottom = figure.edges
            assert figure.slot == (left // SLOT, top // SLOT) == (right // SLOT, bottom // SLOT)


@pytest.mark.parametrize("seed", [0, 5])
def test_the_same_seed_plans_the_same_page(seed: int) -> None:
    assert plan_page(Random(seed), lesson=True) == plan_page(Random(seed), lesson=True)
