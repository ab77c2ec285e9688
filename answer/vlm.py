"""A vision-language model behind any OpenAI-compatible endpoint, asked about pages.

Whatever goes wrong at the endpoint becomes `VlmUnavailable`; whatever the model says is checked
against the words of the pages it was shown.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field, ValidationError, field_validator

from answer.answers import Answer, Citation, EvidencePage, Usage, refusal
from answer.citations import cite, find_quote
from answer.prompt import label, messages
from answer.reply import Quote, Reply, parse_reply
from index.errors import VlmUnavailable

if TYPE_CHECKING:
    from types import ModuleType

    from openai import OpenAI
    from openai.types.chat import ChatCompletionMessageParam as Message

MAX_ANSWER_TOKENS = 800
_log = logging.getLogger(__name__)


class _Message(BaseModel):
    content: str | None = None


class _Choice(BaseModel):
    message: _Message


class _Tokens(BaseModel):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Completion(BaseModel):
    """What is read of a chat completion; endpoints differ in the rest."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Tokens = _Tokens()

    @property
    def content(self) -> str:
        """The text of the first choice."""
        return self.choices[0].message.content or ""

    @field_validator("usage", mode="before")
    @classmethod
    def _absent(cls, value: object) -> object:
        return {} if value is None else value


class VlmClient:
    """Asks a model about pages.

    Args:
        base_url: the endpoint's `/v1` address.
        model: the model's name there.
        key: the API key; endpoints without keys take any text.
        timeout_s: for connecting, and for each wait on the endpoint.
        max_retries: tries again after connection errors and 408, 409, 429 and 5xx.
    """

    def __init__(
        self, base_url: str, model: str, key: str, timeout_s: float, *, max_retries: int = 1
    ) -> None:
        self.model = model
        self._base_url = base_url
        self._endpoint = f"model {model} at {base_url}"
        self._key = key
        self._timeout_s = timeout_s
        self._max_retries = max_retries
        self._client: OpenAI | None = None

    def answer(self, question: str, pages: Sequence[EvidencePage]) -> Answer:
        """Answer from the pages, with the quotes that were found on them.

        Raises:
            InvalidRequest: the question is empty, there are no pages, or an image is unusable.
            VlmUnavailable: the endpoint does not answer, answers with an error, or not in JSON.
        """
        completion = _read(self._complete(messages(question, pages)))
        reply = None if completion is None else parse_reply(completion.content)
        if completion is None or reply is None:
            raise VlmUnavailable(f"{self._endpoint} did not reply with the JSON asked for")
        usage = Usage(completion.usage.prompt_tokens, completion.usage.completion_tokens)
        _log.info("vlm answered", extra={"model": self.model, "output_tokens": usage.output_tokens})
        if not reply.is_answerable or not reply.answer:
            return refusal(self.model, usage)
        return self._checked(reply, pages, usage)

    def reply(self, asked: "Sequence[Message]") -> str:
        """Return what the model writes to messages of any kind; nothing in it is verified.

        Raises:
            VlmUnavailable: the endpoint does not answer, answers with an error, or with no reply.
        """
        completion = _read(self._complete(asked))
        if completion is None:
            raise VlmUnavailable(f"{self._endpoint} did not reply with a completion")
        return completion.content

    def _checked(self, reply: Reply, pages: Sequence[EvidencePage], usage: Usage) -> Answer:
        shown = {label(i): page for i, page in enumerate(pages)}
        found = [_verify(quote, shown) for quote in reply.quotes]
        citations = tuple(dict.fromkeys(c for c in found if c is not None))
        return Answer(
            text=reply.answer,
            refused=False,
            grounded=bool(citations),
            citations=citations,
            model=self.model,
            usage=usage,
        )

    def _complete(self, asked: "Sequence[Message]") -> str:
        import openai  # noqa: PLC0415 slow to import, and most deployments never call it

        try:
            response = self._open(openai).chat.completions.with_raw_response.create(
                model=self.model, messages=asked, temperature=0, max_tokens=MAX_ANSWER_TOKENS
            )
        except openai.APITimeoutError as error:
            raise VlmUnavailable(
                f"{self._endpoint} took longer than {self._timeout_s:g} s"
            ) from error
        except openai.APIConnectionError as error:
            raise VlmUnavailable(f"{self._endpoint} cannot be reached: {error}") from error
        except openai.APIStatusError as error:
            raise VlmUnavailable(f"{self._endpoint} answered {error.status_code}") from error
        return response.text

    def _open(self, sdk: "ModuleType") -> "OpenAI":
        if self._client is None:
            self._client = sdk.OpenAI(
                base_url=self._base_url,
                api_key=self._key or "none",
                timeout=self._timeout_s,
                max_retries=self._max_retries,
            )
        return self._client


def _read(body: str) -> _Completion | None:
    try:
        return _Completion.model_validate_json(body)
    except ValidationError:
        return None


def _verify(quote: Quote, shown: Mapping[str, EvidencePage]) -> Citation | None:
    """The citation of a quote that stands on the page it names."""
    page = shown.get(quote.page_label)
    if page is None:
        return None
    positions = find_quote(quote.text, page.words.words)
    return None if positions is None else cite(page, positions)
