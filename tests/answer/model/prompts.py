"""Requests to a model that writes noise, and pictures in them."""

import base64
import io

from openai.types.chat import ChatCompletionContentPartImageParam as ImagePart
from openai.types.chat import ChatCompletionContentPartTextParam as TextPart
from openai.types.chat import ChatCompletionMessageParam as Message
from PIL import Image

from answer.model.request import ChatRequest


def picture(width: int = 280, height: int = 392) -> bytes:
    """A white page as PNG."""
    packed = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(packed, "PNG")
    return packed.getvalue()


def request(text: str = "How tall?", *pictures: bytes, max_tokens: int = 12) -> ChatRequest:
    """A prompt of instructions, pictures and a text."""
    parts: list[ImagePart | TextPart] = [_image_part(data) for data in pictures]
    parts.append({"type": "text", "text": text})
    system: Message = {"role": "system", "content": "Be brief."}
    return ChatRequest([system, {"role": "user", "content": parts}], max_tokens)


def _image_part(data: bytes) -> ImagePart:
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}
