"""A chat completion to ask for, in the form that an endpoint takes.

Endpoints differ in which options they know. What one refuses with 400 or 422 is left out, or put
the way it wants it, and the endpoint is asked again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from answer.model.failure import CallFailed

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam as Message

Options = frozenset[str]
_REFUSING = frozenset({400, 422})
_NAMED_AS = {
    "response_format": ("response_format", "json_schema", "guided", "grammar", "structured"),
    "stream_options": ("stream_options", "include_usage"),
    "temperature": ("temperature",),
    "max_tokens": ("max_tokens",),
}


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked of a model.

    Attributes:
        messages: the prompt.
        max_tokens: of the reply.
        schema: JSON schema of the reply; any text will do when left out.
    """

    messages: "Sequence[Message]"
    max_tokens: int
    schema: Mapping[str, Any] | None = None

    def options(self, left_out: Options) -> dict[str, Any]:
        """Return the request's options as JSON, without those that the endpoint refuses."""
        found: dict[str, Any] = {
            "temperature": 0,
            "max_tokens": self.max_tokens,
            "stream_options": {"include_usage": True},
        }
        if self.schema is not None:
            format_ = {"name": "reply", "strict": True, "schema": self.schema}
            found["response_format"] = {"type": "json_schema", "json_schema": format_}
        if "max_tokens" in left_out:
            found["max_completion_tokens"] = self.max_tokens
        return {name: value for name, value in found.items() if name not in left_out}


def leave_out(failed: CallFailed, left_out: Options) -> Options | None:
    """Return the options to leave out next, or None when that would not help.

    The options that the refusal names; the schema when it names none.
    """
    if failed.status not in _REFUSING:
        return None
    told = failed.told.casefold()
    named = {name for name, cues in _NAMED_AS.items() if any(cue in told for cue in cues)}
    fresh = (named or {"response_format"}) - left_out
    return left_out | fresh if fresh else None
