import pytest

from answer.model.breaker import CircuitBreaker


class Hands:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def breaker(clock: Hands) -> CircuitBreaker:
    return CircuitBreaker(failures=3, rest_s=30.0, clock=clock)


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        assert breaker.admits()
        breaker.failed()


def test_it_opens_after_so_many_failures_in_a_row(breaker: CircuitBreaker) -> None:
    fail(breaker, 2)
    assert breaker.admits()
    breaker.succeeded()
    fail(breaker, 3)

    assert not breaker.admits()
    assert breaker.rest_left_s == 30.0


def test_after_its_rest_one_call_goes_out_as_a_probe(breaker: CircuitBreaker, clock: Hands) -> None:
    fail(breaker, 3)
    clock.now += 29.9
    assert not breaker.admits()
    clock.now += 0.1

    assert breaker.admits()
    assert not breaker.admits()


def test_a_probe_that_succeeds_closes_it(breaker: CircuitBreaker, clock: Hands) -> None:
    fail(breaker, 3)
    clock.now += 30
    assert breaker.admits()
    breaker.succeeded()

    fail(breaker, 2)
    assert breaker.admits()


def test_a_probe_that_fails_opens_it_for_another_rest(
    breaker: CircuitBreaker, clock: Hands
) -> None:
    fail(breaker, 3)
    clock.now += 40
    fail(breaker, 1)

    assert breaker.rest_left_s == 30.0
    assert not breaker.admits()
    clock.now += 30
    assert breaker.admits()


def test_a_probe_of_which_nothing_was_learnt_makes_room_for_the_next(
    breaker: CircuitBreaker, clock: Hands
) -> None:
    fail(breaker, 3)
    clock.now += 30
    assert breaker.admits()
    breaker.left()

    assert breaker.admits()
