"""A vision-language model asked about pages, and its words held against them.

It replies in a JSON schema. A reply that does not fit is asked for once more, with what is wrong
with it, as far as the cap of tokens allows: with the pages, else without them, else not at all.
After that prose is passed on as an answer that points at nothing, and anything else is
`VlmUnavailable`.
"""

import logging
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from answer.answers import Answer, EvidencePage, Token, Usage, refusal
from answer.budget.cap import InputCap
from answer.cautions import cautions
from answer.model.base import ChatModel
from answer.model.completion import Completion
from answer.model.deadline import Deadline
from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.model.request import ChatRequest
from answer.partial import PartialReply
from answer.prompt import Evidence, canonical, label, messages, without_pages
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


class Unusable(VlmUnavailable):
    """The model replied, and nothing of it is an answer.

    Args:
        message: what is wrong with the reply.
        usage: what it took.
    """

    def __init__(self, message: str, usage: Usage) -> None:
        super().__init__(message)
        self.usage = usage


@dataclass(frozen=True, slots=True)
class _Task:
    """What is asked about the pages with these labels, how long it may take, who waits for it."""

    question: str
    request: ChatRequest
    labels: tuple[str, ...]
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
        chat: the model.
        timeout_s: for the whole answer.
        evidence: what the model is given of a page.
        cap: what it may be sent for one answer; as much as it takes when None.
    """

    def __init__(
        self,
        chat: ChatModel,
        timeout_s: float = 120.0,
        *,
        evidence: Evidence = "both",
        cap: InputCap | None = None,
    ) -> None:
        self.model = chat.model
        self.timeout_s = timeout_s
        self._chat = chat
        self._evidence = evidence
        self._cap = cap

    @classmethod
    def connect(
        cls, base_url: str, model: str, key: str, timeout_s: float, *, max_retries: int = 2
    ) -> "VlmClient":
        """Return the client of a model that nobody else asks."""
        limits = CallLimits(max_retries=max_retries)
        return cls(ChatEndpoint(base_url, model, key, limits=limits), timeout_s)

    @property
    def large(self) -> "VlmClient":
        """The model with the last word: it alone."""
        return self

    def warm(self) -> None:
        """Begin in the background what the first answer would wait for."""
        self._chat.warm()

    def answer(self, question: str, pages: Sequence[EvidencePage]) -> Answer:
        """Answer from the pages, with the quotes that were found on them.

        Raises:
            InvalidRequest: the question is empty, there are no pages, or an image is unusable.
            VlmUnavailable: the model does not answer, or not as asked for.
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
            VlmUnavailable: the model does not answer, or not as asked for.
        """
        shown = {label(i): page for i, page in enumerate(canonical(pages))}
        asked = messages(question, [*shown.values()], self._evidence)
        request = ChatRequest(asked, MAX_ANSWER_TOKENS, reply_schema([*shown]))
        due = deadline or Deadline.after(self.timeout_s)
        task = _Task(question, request, tuple(shown), due, stop or Stop())
        draft = yield from self._drafted(task)
        if draft.reply.problem:
            draft = yield from self._mended(task, draft)
        _log.info("vlm answered", extra={"model": self.model, "out": draft.usage.output_tokens})
        yield self._answer(draft, shown, cautions(question))

    def reply(self, asked: "Sequence[Message]") -> str:
        """Return what the model writes to messages of any kind; nothing in it is verified.

        Raises:
            VlmUnavailable: the model does not answer, answers with an error, or with no reply.
        """
        return self.counted_reply(asked)[0]

    def counted_reply(self, asked: "Sequence[Message]") -> tuple[str, Usage]:
        """Return what the model writes to messages of any kind, and what it took.

        Raises:
            VlmUnavailable: the model does not answer, answers with an error, or with no reply.
        """
        request = ChatRequest(asked, MAX_ANSWER_TOKENS)
        *_, last = self._chat.stream(request, Deadline.after(self.timeout_s), Stop())
        return (last.text, last.usage) if isinstance(last, Completion) else (last, Usage())

    def close(self) -> None:
        """Let go of the model."""
        self._chat.close()

    def _drafted(self, task: _Task) -> Generator[Token, None, _Draft]:
        partial = PartialReply()
        for item in self._chat.stream(task.request, task.deadline, task.stop):
            if isinstance(item, Completion):
                return _Draft(item.text, read_reply(item.text, task.labels), item.usage)
            yield from partial.feed(item)
        raise VlmUnavailable(f"{self._chat.name} ended without a reply")

    def _mended(self, task: _Task, draft: _Draft) -> Generator[Token, None, _Draft]:
        """Ask once more, with what is wrong; where that fails, the draft is all there is."""
        asked = self._asked_again(task, draft)
        if asked is None:
            _log.info("vlm reply not mended", extra={"reason": "the cap of input tokens"})
            return draft
        try:
            mended = yield from self._drafted(
                replace(task, request=replace(task.request, messages=asked))
            )
        except VlmUnavailable as error:
            _log.info("vlm reply not mended", extra={"reason": str(error)})
            return draft
        usage = draft.usage + mended.usage
        if isinstance(mended.reply, Unreadable) and isinstance(draft.reply, Reply):
            return replace(draft, usage=usage)
        return replace(mended, usage=usage)

    def _asked_again(self, task: _Task, draft: _Draft) -> "list[Message] | None":
        """What to send with what is wrong, as much of it as the cap allows.

        The same prompt, which a server with prefix caching knows; else without the pages, which
        does where there is a reply to put in another form; else nothing.
        """
        wrong = _told_wrong(draft)
        ways = [[*task.request.messages, *wrong]]
        if len(wrong) > 1:
            ways.append([*without_pages(task.question), *wrong])
        return next((way for way in ways if self._has_room(task, draft, way)), None)

    def _has_room(self, task: _Task, draft: _Draft, asked: "Sequence[Message]") -> bool:
        if self._cap is None:
            return True
        estimated = self._cap.tokens(task.request.messages)
        spent = draft.usage.input_tokens or estimated
        return spent + self._cap.tokens(asked) <= self._cap.max_tokens

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
        raise Unusable(
            f"{self._chat.name} did not reply with the JSON asked for: {draft.reply.problem}",
            draft.usage,
        )


def _told_wrong(draft: _Draft) -> "list[Message]":
    """What the model said, if anything, and what is wrong with it."""
    problem = (
        f"That is not the JSON object asked for: {draft.reply.problem}. Reply once more, with the "
        "JSON object and nothing else."
    )
    said: list[Message] = []
    if draft.text.strip():
        said.append({"role": "assistant", "content": draft.text[:MAX_REPEATED_CHARACTERS]})
    return [*said, {"role": "user", "content": problem}]
