"""When a request is sent again, and after how long."""

from dataclasses import dataclass

import httpx

from api.client.call import Call
from api.client.failures import RemoteError
from index.errors import Unavailable

BUSY = (429, 503)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try.

    Attributes:
        n_tries: of one request, the first included.
        pause_s: before the second try; doubled before each further one.
        longest_s: a wait that a server asks for and that is longer is not waited for.
    """

    n_tries: int = 4
    pause_s: float = 0.25
    longest_s: float = 60


class Tries:
    """The tries of one request.

    Args:
        call: the request.
        patience: how often and how long to try.
        address: of the server, to be told when it does not answer.
    """

    def __init__(self, call: Call[object], patience: Patience, address: str) -> None:
        self._call = call
        self._patience = patience
        self._address = address
        self._n_failed = 0

    def pause_after(self, failure: RemoteError | httpx.HTTPError) -> float:
        """Return the seconds to wait before the next try, after one that failed.

        Raises:
            RemoteError: the server refused for good, or often enough.
            Unavailable: it does not answer.
        """
        self._n_failed += 1
        pause = self._pause(failure)
        if pause is not None and self._n_failed < self._patience.n_tries:
            return pause
        if isinstance(failure, RemoteError):
            raise failure
        raise Unavailable(f"{self._address} does not answer: {failure}") from failure

    def _pause(self, failure: RemoteError | httpx.HTTPError) -> float | None:
        doubled = self._patience.pause_s * 2 ** (self._n_failed - 1)
        if not self._call.can_repeat:
            return None
        if isinstance(failure, RemoteError):
            asked = doubled if failure.retry_after_s is None else failure.retry_after_s
            is_busy = failure.status in BUSY and asked <= self._patience.longest_s
            return asked if is_busy else None
        return doubled if self._may_be_lost(failure) else None

    def _may_be_lost(self, failure: httpx.HTTPError) -> bool:
        """Whether it never arrived, or arriving twice equals arriving once; timeouts are final."""
        if isinstance(failure, httpx.ConnectError):
            return True
        lost = isinstance(failure, httpx.NetworkError | httpx.RemoteProtocolError)
        return lost and self._call.method != "DELETE"  # a second one would find nothing
