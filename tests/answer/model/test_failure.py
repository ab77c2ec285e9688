from datetime import UTC, datetime

import pytest

from answer.model.failure import CallFailed, refused

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("Sun, 01 Mar 2026 12:00:20 GMT", 20.0),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(asked: str, expected: float | None) -> None:
    assert refused(429, "", {"retry-after": asked}, NOW).retry_after_s == expected


def test_waits_are_as_asked_for_and_else_double() -> None:
    assert [CallFailed("x").wait_s(attempt) for attempt in range(3)] == [0.5, 1.0, 2.0]
    assert CallFailed("x", retry_after_s=0.0).wait_s(3) == 0.0


@pytest.mark.parametrize(
    ("status", "may_pass", "is_outage"),
    [
        (400, False, False),
        (401, False, False),
        (404, False, False),
        (408, True, False),
        (429, True, False),
        (500, True, True),
        (503, True, True),
    ],
)
def test_a_status_says_whether_to_try_again_and_whom_it_speaks_against(
    status: int, *, may_pass: bool, is_outage: bool
) -> None:
    failed = refused(status, "", {}, NOW)

    assert (failed.may_pass, failed.is_outage) == (may_pass, is_outage)
