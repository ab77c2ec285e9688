from collections.abc import Callable, Iterator

import pytest

from answer.answers import Answer, EvidencePage, ModelUsage, Token, Usage
from answer.tiers import TieredClient
from answer.vlm import VlmClient
from index.errors import VlmUnavailable
from tests.scripted_model import Play, ScriptedModel, failing, reply, streamed

MakePage = Callable[..., EvidencePage]
LINES = ("The bridge was opened in 1931.", "It has seven arches.")
RIGHT = streamed(reply(("In 1931.", [("P1", "opened in 1931")])))
WRONG = streamed(reply(("In 1932.", [("P1", "opened in 1932")])))
REFUSED = streamed(reply(answerable=False))
BROKEN = streamed("{")


@pytest.fixture
def tiered(model: ScriptedModel) -> Iterator[TieredClient]:
    small, large = (
        VlmClient.connect(model.url, name, "", 20.0, max_retries=0) for name in ("small", "large")
    )
    opened = TieredClient(small, large)
    yield opened
    opened.close()


def ask(tiered: TieredClient, page: EvidencePage) -> tuple[list[Token | Answer], Answer]:
    *told, last = tiered.stream("When?", [page])
    assert isinstance(last, Answer)
    return told, last


def test_what_the_small_model_can_show_is_the_answer(
    model: ScriptedModel, tiered: TieredClient, make_page: MakePage
) -> None:
    model.plays(RIGHT)

    told, answer = ask(tiered, make_page(*LINES))

    assert told == [Token(0, "In 1931.")]
    assert answer.model == "small"
    assert answer.usage == Usage(900, 30)
    assert [asked["model"] for asked in model.asked] == ["small"]


@pytest.mark.parametrize(
    ("small", "n_replies"),
    [([WRONG], 1), ([REFUSED], 1), ([failing(500)], 0), ([BROKEN, BROKEN], 2)],
)
def test_what_it_refuses_or_cannot_show_goes_to_the_large_one(
    model: ScriptedModel,
    tiered: TieredClient,
    make_page: MakePage,
    small: list[Play],
    n_replies: int,
) -> None:
    model.plays(*small, RIGHT)

    told, answer = ask(tiered, make_page(*LINES))

    assert told == [Token(0, "In 1931.")]
    assert answer.model == "large"
    read, wrote = 900 * n_replies, 30 * n_replies
    by_model = (ModelUsage("small", read, wrote), ModelUsage("large", 900, 30))
    assert answer.usage == Usage(read + 900, wrote + 30, by_model=by_model)
    assert [asked["model"] for asked in model.asked] == ["small"] * len(small) + ["large"]


def test_a_small_model_that_stalls_leaves_half_of_the_time_to_the_large_one(
    model: ScriptedModel, make_page: MakePage
) -> None:
    model.plays(Play(stalls=True), RIGHT)
    small, large = (
        VlmClient.connect(model.url, name, "", 3.0, max_retries=0) for name in ("small", "large")
    )
    tiered = TieredClient(small, large)

    assert ask(tiered, make_page(*LINES))[1].model == "large"
    tiered.close()


def test_no_answer_is_better_than_one_that_the_large_model_could_not_check(
    model: ScriptedModel, tiered: TieredClient, make_page: MakePage
) -> None:
    model.plays(WRONG, failing(500))

    with pytest.raises(VlmUnavailable, match="model large"):
        ask(tiered, make_page(*LINES))
