"""A vision-language model asked about pages, and its words held against them.

It replies in a JSON schema. A reply that does not fit is asked for once more, with what is wrong
with it. After that prose is passed on as an answer that points at nothing, and anything else is
`VlmUnavailable`.
"""

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from answer.answers import Answer, EvidencePage, Token, Usage, refusal
from answer.cautions import cautions
from answer.model.completion import Completion
from answer.model.deadline import Deadline
from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.model.request import ChatRequest
from answer.partial import PartialReply
from answer.prompt import Evidence, canonical, label, messages
from answer.reply import Reply, Unreadable, read_prose, read_reply, reply_schema
from answer.stop import Stop
from answer.verification import unverified, verified
from index.errors import VlmUnavailable

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam as Message

MAX_ANSWER_TOKENS = 800
MAX_REPEATED_CHARACTERS = 8000
UNCHECKED = "The model did not say where its answer stands: nothing of it was checked."
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """How long an answer may take, and whether anyone still waits."""

    deadline: Deadline
    stop: Stop


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a model wrote, what that says, and what it took."""

    text: str
    reply: Reply | Unreadable
    usage: Usage


class VlmClient:
    """Answers from pages with one model.

    Args:
        endpoint: the model.
        timeout_s: for the whole answer.
        evidence: what the model is given of a page.
    """

    def __init__(
        self, endpoint: ChatEndpoint, timeout_s: float = 120.0, *, evidence: Evidence = "both"
    ) -> None:
        self.model = endpoint.model
        self.timeout_s = timeout_s
        self._endpoint = endpoint
        self._evidence = evidence

    @classmethod
    def connect(
        cls, base_url: str, model: str, key: str, timeout_s: float, *, max_retries: int = 2
    ) -> "VlmClient":
        """Return the client of a model that nobody else asks."""
        limits = CallLimits(max_retries=max_retries)
        return cls(ChatEndpoint(base_url, model, key, limits=limits), timeout_s)

    def answer(self, question: str, pages: Sequence[EvidencePage]) -> Answer:
        """Answer from the pages, with the quotes that were found on them.

        Raises:
            InvalidRequest: the question is empty, there are no pages, or an image is unusable.
            VlmUnavailable: the endpoint does not answer, or not as asked for.
        """
        *_, last = self.stream(question, pages)
        if isinstance(last, Token):
            raise TypeError("the stream of an answer ends with the answer")
        return last

    def stream(
        self,
        question: str,
        pages: Sequence[EvidencePage],
        stop: Stop | None = None,
        deadline: Deadline | None = None,
    ) -> Iterator[Token | Answer]:
        """Yield the answer's sentences as they come, and the whole answer last.

        Raises:
            AnswerCancelled: it was stopped.
            InvalidRequest: the question is empty, there are no pages, or an image is unusable.
            VlmUnavailable: the endpoint does not answer, or not as asked for.
        """
        waiting = _Waiting(deadline or Deadline.after(self.timeout_s), stop or Stop())
        shown = {label(i): page for i, page in enumerate(canonical(pages))}
        asked = messages(question, [*shown.values()], self._evidence)
        request = ChatRequest(asked, MAX_ANSWER_TOKENS, reply_schema([*shown]))
        draft = yield from self._drafted(request, waiting, [*shown])
        if draft.reply.problem:
            draft = yield from self._mended(request, waiting, [*shown], draft)
        _log.info("vlm answered", extra={"model": self.model, "out": draft.usage.output_tokens})
        yield self._answer(draft, shown, cautions(question))

    def reply(self, asked: "Sequence[Message]") -> str:
        """Return what the model writes to messages of any kind; nothing in it is verified.

        Raises:
            VlmUnavailable: the endpoint does not answer, answers with an error, or with no reply.
        """
        waiting = _Waiting(Deadline.after(self.timeout_s), Stop())
        *_, last = self._endpoint.stream(
            ChatRequest(asked, MAX_ANSWER_TOKENS), waiting.deadline, waiting.stop
        )
        return last.text if isinstance(last, Completion) else last

    def close(self) -> None:
        """Let go of the connections."""
        self._endpoint.close()

    def _drafted(
        self, request: ChatRequest, waiting: _Waiting, labels: Sequence[str]
    ) -> Generator[Token, None, _Draft]:
        partial = PartialReply()
        for item in self._endpoint.stream(request, waiting.deadline, waiting.stop):
            if isinstance(item, Completion):
                return _Draft(item.text, read_reply(item.text, labels), item.usage)
            yield from partial.feed(item)
        raise VlmUnavailable(f"{self._endpoint.name} ended without a reply")

    def _mended(
        self, request: ChatRequest, waiting: _Waiting, labels: Sequence[str], draft: _Draft
    ) -> Generator[Token, None, _Draft]:
        """Ask once more, with what is wrong; where that fails, the draft is all there is."""
        again = replace(request, messages=_asked_again(request.messages, draft))
        try:
            mended = yield from self._drafted(again, waiting, labels)
        except VlmUnavailable as error:
            _log.info("vlm reply not mended", extra={"reason": str(error)})
            return draft
        usage = draft.usage + mended.usage
        if isinstance(mended.reply, Unreadable) and isinstance(draft.reply, Reply):
            return replace(draft, usage=usage)
        return replace(mended, usage=usage)

    def _answer(
        self, draft: _Draft, shown: Mapping[str, EvidencePage], warnings: tuple[str, ...]
    ) -> Answer:
        if isinstance(draft.reply, Reply):
            if not draft.reply.is_answerable or not draft.reply.claims:
                return refusal(self.model, draft.usage)
            trusted = {name: page.trusted() for name, page in shown.items()}
            answer = verified(draft.reply.claims, trusted, self.model)
            return replace(answer, usage=draft.usage, warnings=warnings)
        if prose := read_prose(draft.text):
            answer = unverified(prose, self.model)
            return replace(answer, usage=draft.usage, warnings=(UNCHECKED, *warnings))
        raise VlmUnavailable(
            f"{self._endpoint.name} did not reply with the JSON asked for: {draft.reply.problem}"
        )


def _asked_again(asked: "Sequence[Message]", draft: _Draft) -> "list[Message]":
    """The same prompt, which a server with prefix caching knows, and what is wrong."""
    problem = (
        f"That is not the JSON object asked for: {draft.reply.problem}. Reply once more, with the "
        "JSON object and nothing else."
    )
    said: list[Message] = []
    if draft.text.strip():
        said.append({"role": "assistant", "content": draft.text[:MAX_REPEATED_CHARACTERS]})
    return [*asked, *said, {"role": "user", "content": problem}]
