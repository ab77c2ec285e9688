"""Requests to a model that writes noise, and pictures in them."""

import base64
import io

from PIL import Image

from answer.model.request import ChatRequest


def picture(width: int = 280, height: int = 392) -> bytes:
    """A white page as PNG."""
    packed = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(packed, "PNG")
    return packed.getvalue()


def request(text: str = "How tall?", *pictures: bytes, max_tokens: int = 12) -> ChatRequest:
    """A prompt of instructions, pictures and a text."""
    urls = [f"data:image/png;base64,{base64.b64encode(data).decode()}" for data in pictures]
    return ChatRequest(
        [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    *({"type": "image_url", "image_url": {"url": url}} for url in urls),
                    {"type": "text", "text": text},
                ],
            },
        ],
        max_tokens,
    )
