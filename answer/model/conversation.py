"""Chat messages in the form that a processor of `transformers` fills its chat template with.

Text that looks like a mark of the template, such as the end of a turn, is broken up: what a page
says stays data, whatever it says.
"""

import base64
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from index.errors import InvalidRequest

if TYPE_CHECKING:
    from openai.types.chat import ChatCompletionMessageParam as Message
    from tokenizers import AddedToken

Turn = dict[str, object]


class Conversation:
    """Turns messages into turns.

    Args:
        added: tokens beside a tokenizer's vocabulary, the special ones among them.
    """

    def __init__(self, added: "Iterable[AddedToken]") -> None:
        marks = sorted((token.content for token in added if token.special), key=len, reverse=True)
        self._mark = re.compile("|".join(map(re.escape, marks)) or r"(?!)")

    def turns(self, asked: "Sequence[Message]") -> list[Turn]:
        """Return each message with its texts and its decoded pictures.

        Raises:
            InvalidRequest: a picture cannot be read.
        """
        return [
            {"role": message["role"], "content": [*map(self._part, _parts(message))]}
            for message in asked
        ]

    def _part(self, part: Mapping[str, Any]) -> Turn:
        if part["type"] == "image_url":
            return {"type": "image", "image": _picture(part["image_url"]["url"])}
        broken_up = self._mark.sub(lambda mark: f"{mark[0][:1]} {mark[0][1:]}", part["text"])
        return {"type": "text", "text": broken_up}


def _parts(message: "Message") -> Iterator[Mapping[str, Any]]:
    content: Any = message.get("content")
    yield from content if isinstance(content, list) else [{"type": "text", "text": content}]


def _picture(url: str) -> Image.Image:
    data = base64.b64decode(url.partition(",")[2])
    try:
        with Image.open(io.BytesIO(data)) as image:
            return image.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise InvalidRequest(f"a page image cannot be read: {error}") from error
