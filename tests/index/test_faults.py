"""Points where a test can have the process die."""

import signal
import subprocess
import sys

import pytest

from index.faults import VARIABLE, InjectedFault, fault_point, parse

PASSES = "from index.faults import fault_point\nfor _ in range(3): fault_point('chunk.read')"


def test_an_unset_point_does_nothing() -> None:
    assert fault_point.__name__ == "_never"


def test_a_point_acts_at_the_pass_that_was_named() -> None:
    passed = parse("chunk.noted:2:raise")
    passed("chunk.noted")
    passed("chunk.read")
    with pytest.raises(InjectedFault):
        passed("chunk.noted")
    passed("chunk.noted")


def test_a_point_without_a_number_acts_at_every_pass() -> None:
    passed = parse("chunk.noted::raise")
    for _ in range(2):
        with pytest.raises(InjectedFault):
            passed("chunk.noted")


@pytest.mark.parametrize("told", ["nowhere:1:kill", "chunk.read:1:shout", "chunk.read"])
def test_what_is_not_known_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match=r"fault|unpack"):
        parse(told)


def test_a_killed_process_is_gone_at_that_point() -> None:
    ended = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", PASSES],
        env={VARIABLE: "chunk.read:2:kill"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
