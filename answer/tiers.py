"""A small model first, and a large one for what the small one cannot answer."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from answer.answers import Answer, EvidencePage, Token, Usage
from answer.model.deadline import Deadline
from answer.stop import Stop
from answer.vlm import Unusable, VlmClient
from index.errors import VlmUnavailable

_log = logging.getLogger(__name__)


class TieredClient:
    """Asks the small model, and the large one when the small one refuses or nothing verifies.

    The small one's words are held back until they hold, for at most half of the time.

    Args:
        small: the cheap one.
        large: the one with the last word; its timeout is that of the whole answer.
    """

    def __init__(self, small: VlmClient, large: VlmClient) -> None:
        self.model = large.model
        self._small = small
        self._large = large

    @property
    def large(self) -> VlmClient:
        """The one with the last word."""
        return self._large

    def warm(self) -> None:
        """Begin in the background what the first answer would wait for."""
        self._small.warm()
        self._large.warm()

    def stream(
        self, question: str, pages: Sequence[EvidencePage], stop: Stop | None = None
    ) -> Iterator[Token | Answer]:
        """Yield the answer's sentences as they come, and the whole answer last.

        Raises:
            AnswerCancelled: it was stopped.
            InvalidRequest: the question is empty, there are no pages, or an image is unusable.
            VlmUnavailable: the large model does not answer, or not as asked for.
        """
        deadline = Deadline.after(self._large.timeout_s)
        spent = Usage()
        try:
            held = list(self._small.stream(question, pages, stop, deadline.halved()))
        except VlmUnavailable as error:
            _log.warning("small model unavailable", extra={"reason": str(error)})
            spent = error.usage if isinstance(error, Unusable) else spent
        else:
            answer = held[-1]
            if isinstance(answer, Answer):
                if _holds(answer):
                    yield from held
                    return
                spent = answer.usage
        for item in self._large.stream(question, pages, stop, deadline):
            yield item if isinstance(item, Token) else self._both(item, spent)

    def close(self) -> None:
        """Let go of both models."""
        self._small.close()
        self._large.close()

    def _both(self, answer: Answer, spent: Usage) -> Answer:
        """The large model's answer, with what the small one took before."""
        by_model = (spent.of(self._small.model), answer.usage.of(self._large.model))
        return replace(answer, usage=replace(spent + answer.usage, by_model=by_model))


def _holds(answer: Answer) -> bool:
    return not answer.refused and any(citation.is_verified for citation in answer.citations)
