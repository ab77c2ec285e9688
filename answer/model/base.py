"""What answers need of a model, wherever it runs."""

from collections.abc import Iterator
from typing import Protocol

from answer.model.completion import Completion
from answer.model.deadline import Deadline
from answer.model.request import ChatRequest
from answer.stop import Stop


class ChatModel(Protocol):
    """Writes replies to chat messages: at an endpoint, or in this process."""

    @property
    def model(self) -> str:
        """Its name in answers."""

    @property
    def name(self) -> str:
        """Its name in messages about failures: which model, and where it runs."""

    def warm(self) -> None:
        """Begin in the background what the first reply would wait for; returns at once."""

    def stream(
        self, request: ChatRequest, deadline: Deadline, stop: Stop
    ) -> Iterator[str | Completion]:
        """Yield the reply as it comes, and at the end the whole of it.

        Raises:
            AnswerCancelled: it was stopped.
            VlmUnavailable: there is no reply in time, or it is not usable.
        """

    def close(self) -> None:
        """End what runs and let go of everything."""
