"""The JSON of chat completions: what OpenAI's API has of it, and our own fields beside it.

What a caller sends beyond these fields is ignored, as temperatures and limits of tokens are; what
would promise another kind of reply is refused.
"""

from typing import Literal

from pydantic import ConfigDict, Field

from api.questions.bodies import ArmName, FilterBody
from api.schemas import WARNED, Body, BoxBody, RequestBody


class OpenBody(RequestBody):
    """What a caller sends, with more beside it than is read."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class ContentPart(OpenBody):
    """A piece of a message."""

    type: str
    text: str = ""


class ChatMessage(OpenBody):
    """A message of the conversation; those of users are read."""

    role: Literal["developer", "system", "user", "assistant", "tool", "function"]
    content: str | list[ContentPart] | None = None


class StreamOptions(OpenBody):
    """What a stream tells."""

    include_usage: bool | None = None


class TextFormat(OpenBody):
    """The one format of replies."""

    type: Literal["text"]


class AskOptions(RequestBody):
    """What `/answers` takes beside the question."""

    limit: int = Field(5, ge=1, le=20, description="pages to answer from")
    filter: FilterBody | None = None
    arms: list[ArmName] | None = Field(None, min_length=1, description="all when left out")


class ChatRequest(OpenBody):
    """A conversation whose last user message is the question."""

    model: str = Field(description="name of the collection", examples=["default"])
    messages: list[ChatMessage] = Field(
        min_length=1, examples=[[{"role": "user", "content": "How tall is the dam?"}]]
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    n: int | None = Field(None, ge=1, le=1)
    logprobs: Literal[False] | None = None
    modalities: list[Literal["text"]] | None = None
    response_format: TextFormat | None = None
    tool_choice: Literal["none", "auto"] | None = Field(None, description="no tool is ever called")
    function_call: Literal["none", "auto"] | None = None
    pagesight: AskOptions = Field(AskOptions(), description="what `/answers` takes, too")


class UrlCitation(Body):
    """A page that the answer stands on; the indices are those of its line in the footer."""

    start_index: int = Field(description="of the line's first character")
    end_index: int = Field(description="behind the line's last character")
    url: str = Field(description="the page's picture")
    title: str
    document: str
    name: str
    page: int
    box: BoxBody
    quote: str
    verified: bool
    warnings: list[str] = Field(description=WARNED)


class Annotation(Body):
    """A citation."""

    type: Literal["url_citation"] = "url_citation"
    url_citation: UrlCitation


class AnswerMessage(Body):
    """The answer with its footer, or the refusal."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = Field(None, description="refusals are ordinary content")
    annotations: list[Annotation]


class Choice(Body):
    """The one answer."""

    index: Literal[0] = 0
    message: AnswerMessage
    finish_reason: Literal["stop"] = "stop"
    logprobs: None = None


class TokenUsage(Body):
    """Tokens that a model read and wrote by its own account; zeros where answers are quotes."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class AnswerDetails(Body):
    """What OpenAI's API has no place for."""

    question: str = Field(description="as it was asked, with the earlier turn put before it")
    refused: bool
    grounded: bool
    model: str = Field(description="who wrote the answer; `extractive` where it is quotes")
    warnings: list[str] = Field(description="why to look twice, in sentences")
    timings: dict[str, float] = Field(description="milliseconds by stage")


class Completion(Body):
    """An answer as a chat completion."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: TokenUsage
    pagesight: AnswerDetails


class Model(Body):
    """A collection, as a model to chat with."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["pagesight"] = "pagesight"


class ModelList(Body):
    """The collections."""

    object: Literal["list"] = "list"
    data: list[Model]


class ApiError(Body):
    """What went wrong, as OpenAI's API tells it."""

    message: str
    type: str
    param: str | None
    code: str


class ApiErrorBody(Body):
    """The body of a failure."""

    error: ApiError
