"""What one call to an endpoint ended in, and what that means for the next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

FIRST_WAIT_S = 0.5
PASSING = frozenset({408, 409, 425, 429})  # statuses that a second try may not meet


@dataclass(eq=False)
class CallFailed(Exception):
    """One call failed.

    Attributes:
        reason: goes on from the endpoint's name in a sentence.
        may_pass: a second try may go better.
        is_outage: it speaks against the endpoint, not against what was asked.
        status: of the response, where there was one.
        told: the response's own words, where it was refused.
        retry_after_s: how long the endpoint asks to be left alone.
    """

    reason: str
    may_pass: bool = False
    is_outage: bool = True
    status: int | None = None
    told: str = ""
    retry_after_s: float | None = None

    def wait_s(self, attempt: int) -> float:
        """Seconds before the try after this one, counted from 0: as asked for, or doubling."""
        if self.retry_after_s is not None:
            return self.retry_after_s
        return FIRST_WAIT_S * 2.0**attempt


def refused(status: int, told: str, headers: Mapping[str, str], now: datetime) -> CallFailed:
    """Return what a response with an error status means."""
    is_broken = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return CallFailed(
        f"answered {status}",
        may_pass=is_broken or status in PASSING,
        is_outage=is_broken,
        status=status,
        told=told,
        retry_after_s=_retry_after_s(headers, now),
    )


def _retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date."""
    asked = headers.get("retry-after", "").strip()
    if asked.replace(".", "", 1).isdecimal():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
