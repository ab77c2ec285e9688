"""Who is told of calls to models, and may send something along: traces go from server to server."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from answer.answers import Usage


class Call(Protocol):
    """One call that is being made."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What to send along."""

    def answered(self, usage: Usage) -> None:
        """Take note that the model has replied, and of the tokens that it took."""


class Calls(Protocol):
    """Told when a call to a model begins and ends."""

    def call(self, model: str) -> AbstractContextManager[Call]:
        """Return what is entered when a call begins and left when it ends."""


class _Unwatched:
    headers: Mapping[str, str] = {}

    def answered(self, usage: Usage) -> None:
        """Take no note."""


class Unwatched:
    """Tells nobody."""

    def call(self, model: str) -> AbstractContextManager[Call]:  # noqa: ARG002  the protocol's
        """Do nothing."""
        return nullcontext(_Unwatched())


UNWATCHED = Unwatched()
