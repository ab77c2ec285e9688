"""Plans over a family of round numbers: a token for each 1,000 pixels."""

from dataclasses import dataclass

import pytest

from answer.answers import Evidence
from answer.budget.families import AnthropicPatches, Idefics3Tiles, ImageFamily, QwenGrid
from answer.budget.offers import PAGE_TOKENS, Entry, PageKey, PageOffer, Plan
from answer.budget.plan import plan_pages
from answer.budget.words import PER_PART
from index.records import Box

BAND = Box(0.0, 0.4, 1.0, 0.6)
FAMILIES: tuple[ImageFamily, ...] = (QwenGrid(), AnthropicPatches(), Idefics3Tiles())


@dataclass(frozen=True, slots=True)
class Thousands:
    """A token for each 1,000 pixels begun."""

    refuses: bool = False

    def tokens(self, width: int, height: int) -> int | None:
        return None if self.refuses else -(-width * height // 1000)


def page(
    number: int = 1,
    *,
    words: int = 200,
    crop: Box | None = BAND,
    crop_words: int = 50,
    is_neighbour: bool = False,
) -> PageOffer:
    """A page whose whole picture costs 1,000 tokens, and its crop 200."""
    key = PageKey("a", number)
    return PageOffer(key, 1000, 1000, words, crop, crop_words, is_neighbour=is_neighbour)


def plan(
    *offers: PageOffer,
    cap: int,
    fixed: int = 0,
    evidence: Evidence = "both",
    family: ImageFamily | None = None,
) -> Plan:
    chosen = family or Thousands()
    return plan_pages(offers, chosen, fixed_tokens=fixed, max_tokens=cap, evidence=evidence)


def only(made: Plan) -> Entry:
    (entry,) = made.entries
    return entry


def test_a_page_that_fits_is_sent_whole_with_its_words() -> None:
    entry = only(plan(page(), cap=2000, fixed=300))

    assert (entry.kind, entry.evidence, entry.width, entry.height) == ("whole", "both", 1000, 1000)
    assert (entry.image_tokens, entry.word_tokens) == (1000 + PER_PART, 200)
    assert entry.tokens == 1000 + PER_PART + 200 + PAGE_TOKENS


def test_the_estimate_is_the_fixed_part_and_every_page() -> None:
    made = plan(page(1), page(2), cap=5000, fixed=300)

    assert made.tokens == 300 + 2 * (1000 + PER_PART + 200 + PAGE_TOKENS)


@pytest.mark.parametrize(
    ("room", "kind", "height", "in_box"),
    [
        (1000 + 200, "whole", 1000, False),
        (999 + 200, "scaled", 900, False),
        (360 + 200, "scaled", 600, False),
        (359 + 200, "crop", 200, False),
        (199 + 200, "crop", 160, False),
        (72 + 200, "crop", 120, False),
        (71 + 200, "words", 0, False),
        (200, "words", 0, False),
        (195, "crop", 160, True),
        (72 + 50, "crop", 120, True),
        (71 + 50, "words", 0, True),
        (50, "words", 0, True),
    ],
)
def test_a_page_shrinks_is_cut_and_ends_as_words_as_room_runs_out(
    room: int,
    kind: str,
    height: int,
    in_box: bool,  # noqa: FBT001  a parameter of the test
) -> None:
    # 1000 tokens at full size, 360 at 0.6; the crop 200, at 0.8 128 and at 0.6 72; all words 200,
    # those in the crop 50.
    around = PAGE_TOKENS + (PER_PART if height else 0)
    entry = only(plan(page(), cap=room + around))

    assert (entry.kind, entry.height, entry.words_in_box) == (kind, height, in_box)


def test_what_does_not_fit_at_all_is_left_out() -> None:
    made = plan(page(1), page(2), cap=50 + PAGE_TOKENS)

    assert [entry.key.page for entry in made.entries] == [1]
    assert made.left_out == (PageKey("a", 2),)
    assert plan(page(), cap=49 + PAGE_TOKENS).entries == ()


def test_a_question_longer_than_the_cap_leaves_every_page_out() -> None:
    made = plan(page(1), page(2), cap=1000, fixed=1001)

    assert made.entries == ()
    assert made.left_out == (PageKey("a", 1), PageKey("a", 2))


def test_the_best_page_gets_more_when_not_all_fit_whole() -> None:
    made = plan(page(1), page(2), page(3), cap=2290)

    assert [entry.kind for entry in made.entries] == ["whole", "scaled", "crop"]
    tokens = [entry.tokens for entry in made.entries]
    assert tokens == sorted(tokens, reverse=True)
    assert made.left_out == ()


def test_words_of_the_pages_behind_go_before_a_picture_of_the_second() -> None:
    # The best page may have half, 700, and is scaled to 0.6; words of all take what is left.
    made = plan(page(1), page(2), page(3), page(4), cap=4 * PAGE_TOKENS + 1360)

    assert [entry.kind for entry in made.entries] == ["scaled", "words", "words", "words"]


def test_the_best_page_keeps_half_of_the_room_however_many_pages_there_are() -> None:
    made = plan(*[page(number) for number in range(1, 30)], cap=2000)

    best = made.entries[0]
    assert (best.kind, best.key.page) == ("scaled", 1)
    assert {entry.kind for entry in made.entries[1:]} == {"words"}
    assert len(made.left_out) > 15


def test_a_page_without_a_matching_part_goes_from_scaled_to_words() -> None:
    kinds = [
        only(plan(page(crop=None, crop_words=0), cap=cap)).kind for cap in range(1300, 250, -50)
    ]

    assert list(dict.fromkeys(kinds)) == ["whole", "scaled", "words"]


def test_a_page_without_words_is_sent_as_a_picture_however_small() -> None:
    whole = only(plan(page(words=0, crop_words=0), cap=1100))
    assert (whole.kind, whole.evidence) == ("whole", "image")

    small = only(plan(page(words=0, crop=None, crop_words=0), cap=200))
    assert (small.kind, small.evidence, small.width) == ("scaled", "image", 400)


def test_a_page_of_too_many_words_is_sent_as_the_part_that_matches_with_its_words() -> None:
    entry = only(plan(page(words=9000), cap=1500))

    assert (entry.kind, entry.words_in_box, entry.word_tokens) == ("crop", True, 50)
    assert (entry.box, entry.width, entry.height) == (BAND, 1000, 200)


def test_a_page_of_too_many_words_and_no_matching_part_is_sent_as_a_picture() -> None:
    entry = only(plan(page(words=9000, crop=None, crop_words=9000), cap=1500))

    assert (entry.kind, entry.evidence, entry.word_tokens) == ("whole", "image", 0)


def test_a_neighbour_is_cut_to_the_part_at_the_break() -> None:
    made = plan(page(1), page(2, is_neighbour=True), cap=5000)

    assert [(entry.kind, entry.is_neighbour) for entry in made.entries] == [
        ("whole", False),
        ("crop", True),
    ]


@pytest.mark.parametrize(
    ("evidence", "given"), [("both", {"both"}), ("image", {"image"}), ("words", {"words"})]
)
def test_only_what_the_evidence_allows_is_sent(evidence: Evidence, given: set[str]) -> None:
    made = plan(page(1), page(2), page(3), cap=4000, evidence=evidence)

    assert {entry.evidence for entry in made.entries} == given
    assert len(made.entries) == 3


@pytest.mark.parametrize("cap", range(100, 1300, 100))
@pytest.mark.parametrize(("evidence", "absent"), [("image", "words"), ("words", "image")])
def test_what_the_evidence_forbids_is_not_sent_when_room_is_short(
    cap: int, evidence: Evidence, absent: str
) -> None:
    for entry in plan(page(1), page(2), cap=cap, evidence=evidence).entries:
        assert getattr(entry, f"{absent.removesuffix('s')}_tokens") == 0


def test_a_picture_that_the_model_refuses_leaves_the_words() -> None:
    entry = only(plan(page(), cap=5000, family=Thousands(refuses=True)))

    assert (entry.kind, entry.tokens) == ("words", 200 + PAGE_TOKENS)


OFFERS = (
    PageOffer(PageKey("a", 3), 1191, 1684, 640, Box(0, 0.1, 1, 0.25), 90),
    PageOffer(PageKey("a", 4), 1191, 1684, 500, Box(0, 0, 1, 0.35), 170, is_neighbour=True),
    PageOffer(PageKey("b", 1), 1684, 1191, 0),
    PageOffer(PageKey("c", 9), 1191, 1684, 2400, Box(0, 0.3, 1, 0.8), 1200),
    PageOffer(PageKey("a", 7), 1191, 1684, 310),
)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("evidence", ["both", "image", "words"])
def test_no_plan_is_above_the_cap_and_more_room_never_shows_less_of_the_best_page(
    family: ImageFamily, evidence: Evidence
) -> None:
    best = 0
    for cap in range(500, 16_000, 37):
        made = plan(*OFFERS, cap=cap, fixed=400, evidence=evidence, family=family)

        assert made.tokens <= cap
        keys = [entry.key for entry in made.entries] + list(made.left_out)
        assert sorted(keys) == sorted(offer.key for offer in OFFERS)
        shown = sum(entry.tokens for entry in made.entries if entry.key == OFFERS[0].key)
        assert shown >= best, cap
        best = shown
    assert best > 0


def test_the_same_pages_and_cap_give_the_same_plan() -> None:
    first, second = (plan(*OFFERS, cap=6000, family=QwenGrid()) for _ in range(2))

    assert first == second
