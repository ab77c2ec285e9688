import asyncio
from collections.abc import Awaitable, Callable

import pytest

from api.door.turns import MOMENT_S, GivingWay, Line
from index.errors import Overloaded


def line(
    n_places: int = 2, n_waiting: int = 4, max_wait_s: float = 10, *, yields: bool = False
) -> Line:
    return Line(n_places, n_waiting, max_wait_s, yields=yields)


def play(script: Callable[[], Awaitable[None]]) -> None:
    """Run a script; whatever waits for ever fails instead of hanging."""

    async def in_time() -> None:
        async with asyncio.timeout(10):
            await script()

    asyncio.run(in_time())


async def arrive(waiting: Line, caller: str, served: list[str]) -> "asyncio.Task[None]":
    """Stand in the line, and note when the turn comes."""

    async def stand() -> None:
        await waiting.take(caller)
        served.append(caller)

    task = asyncio.create_task(stand())
    await asyncio.sleep(0)
    return task


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_who_is_alone_has_every_place() -> None:
    async def script() -> None:
        turns = line(n_places=2)
        await turns.take("loud")
        await turns.take("loud")
        assert (turns.n_at_work, turns.n_waiting) == (2, 0)

    play(script)


async def crowded(turns: Line, served: list[str], *callers: str) -> None:
    """Have each caller begin one request, and three more wait."""
    for caller in callers:
        await turns.take(caller)
    for caller in callers * 3:
        await arrive(turns, caller, served)


@pytest.mark.parametrize(("yields", "begins"), [(True, []), (False, ["loud"])])
def test_a_crowd_may_have_to_let_another_one_end_first(*, yields: bool, begins: list[str]) -> None:
    async def script() -> None:
        turns, served = line(yields=yields), list[str]()
        await turns.take("quiet")
        await crowded(turns, served, "loud")
        turns.leave("loud")
        await settled()
        assert served == begins
        turns.leave("quiet")
        await settled()
        assert served == ["loud"]

    play(script)


def test_a_crowd_gets_its_turn_however_many_others_there_are() -> None:
    async def script() -> None:
        turns, served = line(n_waiting=10, yields=True), list[str]()
        await turns.take("one")
        await crowded(turns, served, "loud")
        await arrive(turns, "two", served)
        turns.leave("loud")
        await settled()
        assert served == ["two"]
        await arrive(turns, "three", served)
        turns.leave("one")
        await settled()
        assert served == ["two", "loud"]

    play(script)


def test_crowds_do_not_wait_for_each_other() -> None:
    async def script() -> None:
        turns, served = line(n_waiting=10, yields=True), list[str]()
        await crowded(turns, served, "a", "b")
        turns.leave("a")
        await settled()
        assert served == ["a"]
        assert turns.n_at_work == 2

    play(script)


def test_a_place_is_kept_for_a_caller_that_was_here_a_moment_ago() -> None:
    async def script() -> None:
        turns, served = line(n_places=2), list[str]()
        await turns.take("quiet")
        turns.leave("quiet")
        await turns.take("loud")
        await arrive(turns, "loud", served)
        assert (turns.n_at_work, turns.n_waiting, served) == (1, 1, [])

        await turns.take("quiet")
        assert (turns.n_at_work, turns.n_waiting) == (2, 1)

        turns.leave("loud")
        await settled()
        assert served == ["loud"]

    play(script)


def test_no_place_is_kept_for_a_caller_that_is_gone() -> None:
    async def script() -> None:
        now = [0.0]
        turns = Line(2, 4, 10, clock=lambda: now[0])
        await turns.take("quiet")
        turns.leave("quiet")
        now[0] = MOMENT_S
        await turns.take("loud")
        await turns.take("loud")
        assert turns.n_at_work == 2

    play(script)


def test_half_of_the_places_are_kept_at_most() -> None:
    async def script() -> None:
        turns, served = line(n_places=4), list[str]()
        for caller in "abcdef":
            await turns.take(caller)
            turns.leave(caller)
        for _ in range(3):
            await arrive(turns, "loud", served)
        assert (turns.n_at_work, served) == (2, ["loud", "loud"])

    play(script)


def test_a_single_place_is_for_anybody() -> None:
    async def script() -> None:
        turns, served = line(n_places=1), list[str]()
        await turns.take("one")
        await arrive(turns, "one", served)
        turns.leave("one")
        await settled()
        assert served == ["one"]

    play(script)


def test_callers_are_served_in_turn_however_many_requests_one_has() -> None:
    async def script() -> None:
        turns, served = line(n_places=1, n_waiting=10), list[str]()
        await turns.take("nobody")
        for caller in ("a", "a", "a", "b", "c", "b"):
            await arrive(turns, caller, served)
        for caller in ("nobody", "a", "b", "c", "a", "b"):
            turns.leave(caller)
            await settled()
        assert served == ["a", "b", "c", "a", "b", "a"]

    play(script)


def test_beyond_the_line_a_request_is_refused_at_once() -> None:
    async def script() -> None:
        turns, served = line(n_places=1, n_waiting=2), list[str]()
        await turns.take("one")
        await arrive(turns, "one", served)
        await arrive(turns, "one", served)
        with pytest.raises(Overloaded, match="2 requests wait already") as refused:
            await turns.take("one")
        assert refused.value.reason == "full"
        assert turns.n_waiting == 2

    play(script)


def test_who_fills_the_line_makes_room_for_others() -> None:
    async def script() -> None:
        turns, served = line(n_places=1, n_waiting=3), list[str]()
        await turns.take("loud")
        loud = [await arrive(turns, "loud", served) for _ in range(3)]
        await arrive(turns, "quiet", served)
        await settled()
        with pytest.raises(Overloaded):
            await loud[2]
        assert not loud[1].done()
        assert turns.n_waiting == 3

        turns.leave("loud")
        turns.leave("loud")
        await settled()
        assert served == ["loud", "quiet"]

    play(script)


async def been_here(turns: Line, caller: str) -> None:
    """Have a place kept for a caller."""
    await turns.take(caller)
    turns.leave(caller)


def test_what_a_crowd_has_begun_is_held_while_somebody_else_is_at_work() -> None:
    async def script() -> None:
        turns, served = line(yields=True), list[str]()
        await been_here(turns, "quiet")
        await crowded(turns, served, "loud")
        assert not turns.holds("loud")
        coming = turns.come("quiet")
        assert turns.holds("loud")
        coming.close()
        assert not turns.holds("loud")
        await turns.take("quiet")
        assert turns.holds("loud")
        assert not turns.holds("quiet")
        turns.leave("quiet")
        assert not turns.holds("loud")

    play(script)


def test_two_crowds_hold_nobody_nor_does_a_line_that_does_not_yield() -> None:
    async def script() -> None:
        both, served = line(n_waiting=10, yields=True), list[str]()
        await crowded(both, served, "loud", "louder")
        assert not both.holds("loud")
        assert not both.holds("louder")

        elsewhere = line()
        await been_here(elsewhere, "quiet")
        await crowded(elsewhere, served, "loud")
        await elsewhere.take("quiet")
        assert not elsewhere.holds("loud")

    play(script)


def test_what_is_held_goes_on_when_the_other_has_ended_or_after_a_while() -> None:
    async def script() -> None:
        turns, served = line(yields=True), list[str]()
        await been_here(turns, "quiet")
        await crowded(turns, served, "loud")
        await turns.take("quiet")
        first = asyncio.create_task(asyncio.to_thread(GivingWay(turns, "loud")))
        await asyncio.to_thread(GivingWay(turns, "quiet"))
        assert not first.done()
        turns.leave("quiet")
        await first

        await turns.take("quiet")
        await asyncio.to_thread(GivingWay(turns, "loud"))

    play(script)


def test_who_would_be_refused_is_known_beforehand() -> None:
    async def script() -> None:
        turns, served = line(n_places=1, n_waiting=2), list[str]()
        turns.come("loud").close()
        await turns.take("loud")
        for _ in range(2):
            turns.come("loud").close()
            await arrive(turns, "loud", served)
        with pytest.raises(Overloaded, match="2 requests wait already"):
            turns.come("loud")
        turns.come("quiet").close()
        assert (turns.n_at_work, turns.n_waiting) == (1, 2)

    play(script)


def test_who_is_on_the_way_has_the_room_until_there_or_gone() -> None:
    async def script() -> None:
        turns = line(n_places=2, n_waiting=1)
        coming = [turns.come("loud") for _ in range(3)]
        with pytest.raises(Overloaded):
            turns.come("loud")
        with pytest.raises(Overloaded):
            turns.come("another crowd")
        coming[0].close()
        coming[0].close()
        await turns.take("loud")
        with pytest.raises(Overloaded):
            turns.come("loud")
        coming[1].close()
        turns.come("loud").close()

    play(script)


def test_a_wait_that_is_too_long_is_refused_and_leaves_the_line() -> None:
    async def script() -> None:
        turns = line(n_places=1, max_wait_s=0.01)
        await turns.take("one")
        with pytest.raises(Overloaded, match=r"0\.01 s") as refused:
            await turns.take("two")
        assert (refused.value.reason, turns.n_waiting, turns.n_at_work) == ("late", 0, 1)

    play(script)


def test_a_cancelled_wait_leaves_the_line() -> None:
    async def script() -> None:
        turns, served = line(n_places=1), list[str]()
        await turns.take("one")
        task = await arrive(turns, "two", served)
        task.cancel()
        await settled()
        assert (turns.n_waiting, task.cancelled()) == (0, True)

    play(script)


def test_a_turn_that_comes_with_the_cancellation_goes_to_the_next() -> None:
    async def script() -> None:
        turns, served = line(n_places=1), list[str]()
        await turns.take("one")
        first = await arrive(turns, "two", served)
        await arrive(turns, "three", served)
        turns.leave("one")
        first.cancel()
        await settled()
        assert served == ["three"]
        assert (turns.n_at_work, turns.n_waiting) == (1, 0)

    play(script)


def test_a_line_without_a_place_is_none() -> None:
    with pytest.raises(ValueError, match="at least one place"):
        line(n_places=0)
