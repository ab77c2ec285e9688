"""Who is told of steps of work while they are done: metrics and traces, or nobody."""

from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Watch(Protocol):
    """Told when a step of work begins and ends."""

    def step(self, name: str) -> AbstractContextManager[None]:
        """Return what is entered when a step begins and left when it ends.

        Args:
            name: one of a fixed few, with its part first: `ingest.encode`. Never what is worked on.
        """


class Nobody:
    """Does not listen."""

    def step(self, name: str) -> AbstractContextManager[None]:  # noqa: ARG002  the protocol's
        """Do nothing."""
        return nullcontext()


NOBODY = Nobody()
