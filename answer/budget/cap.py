"""The most that a model may be sent for one answer, all its calls together."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image

from answer.budget.families import ImageFamily
from answer.budget.words import PER_PART, text_tokens

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam as Message


@dataclass(frozen=True, slots=True)
class InputCap:
    """A cap of tokens, and how what is sent counts.

    Attributes:
        max_tokens: of all calls of an answer.
        images: how the model counts images.
    """

    max_tokens: int
    images: ImageFamily

    def tokens(self, asked: "Sequence[Message]") -> int:
        """Return an estimate of what the messages cost."""
        return sum(self._part(part) + PER_PART for message in asked for part in _parts(message))

    def _part(self, part: dict[str, Any]) -> int:
        if part["type"] == "text":
            return text_tokens(part["text"])
        data = base64.b64decode(part["image_url"]["url"].partition(",")[2])
        with Image.open(io.BytesIO(data)) as image:  # reads the header alone
            return self.images.tokens(*image.size) or 0


def _parts(message: "Message") -> list[dict[str, Any]]:
    content: Any = message.get("content")
    return content if isinstance(content, list) else [{"type": "text", "text": content}]
