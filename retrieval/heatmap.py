"""Where on a page a question finds what it asks for, from the stored rows of any model.

A row's heat for a token is how far its similarity stands above the page's average row, as a share
of how far the best row does: raw similarities have no zero of their own. For the whole question a
row has the heat of its hottest token; the mean over tokens drowns the one that matters.
"""

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from index.errors import InvalidRequest
from index.records import Float32, Question
from retrieval.maxsim import row_similarities

STRENGTH = 0.65  # how much of the page the hottest colour covers
COOL, HOT = np.array([255.0, 221.0, 51.0]), np.array([214.0, 30.0, 30.0])
FLOOR = 0.25  # below it a row is left uncoloured


@dataclass(frozen=True, slots=True)
class PageHeat:
    """A page and the heat of its rows for a question.

    Attributes:
        tokens: the question's tokens, whose places choose one to look at alone.
        heat: `(n_rows,)`, 0 to 1.
        boxes: `(n_rows, 4)` where the rows stand.
        picture: the page as JPEG.
    """

    tokens: tuple[str, ...]
    heat: Float32
    boxes: Float32
    picture: bytes


def row_heat(question: Question, rows: Float32, *, token: int | None = None) -> Float32:
    """Return each row's heat, 0 to 1, `(n_rows,)`.

    Args:
        question: the question.
        rows: `(n_rows, dim)` unit rows of the page.
        token: index into `question.tokens`: only this token's heat.

    Raises:
        InvalidRequest: the question has no such token, or none at all.
    """
    if not question.tokens:
        raise InvalidRequest("the question has no words to look for")
    if token is not None and not 0 <= token < len(question.tokens):
        raise InvalidRequest(
            f"the question has tokens 0 to {len(question.tokens) - 1}, got {token}"
        )
    if not len(rows):
        return np.zeros(0, np.float32)
    similarities = row_similarities(question, rows)  # (n_tokens, n_rows)
    mean = similarities.mean(axis=1, keepdims=True)
    span = np.maximum(similarities.max(axis=1, keepdims=True) - mean, 1e-6)
    heat = ((similarities - mean) / span).clip(0, 1)
    if token is not None:
        chosen: Float32 = heat[token]
        return chosen
    weights = question.weights / question.weights.max()
    hottest: Float32 = (heat * weights[:, None]).max(axis=0).astype(np.float32)
    return hottest


def draw_heat(picture: bytes, heat: Float32, boxes: Float32) -> bytes:
    """Colour a page's picture by the heat of its rows; returns a PNG.

    Args:
        picture: the page as JPEG or PNG.
        heat: `(n_rows,)`, 0 to 1.
        boxes: `(n_rows, 4)` where the rows stand.
    """
    page = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), dtype=np.float64)
    layer = heat_layer(heat, boxes, height=page.shape[0], width=page.shape[1])
    shown = np.where(layer >= FLOOR, layer, 0.0)[..., None]  # (height, width, 1)
    colour = COOL + (HOT - COOL) * shown
    blended = page * (1 - STRENGTH * shown) + colour * (STRENGTH * shown)
    packed = io.BytesIO()
    Image.fromarray(blended.round().astype(np.uint8)).save(packed, "PNG")
    return packed.getvalue()


def heat_layer(heat: Float32, boxes: Float32, *, height: int, width: int) -> NDArray[np.float64]:
    """Spread row heat over pixels, the hottest row winning, `(height, width)`."""
    layer = np.zeros((height, width))
    scale = np.array([width, height, width, height])
    corners = np.column_stack(
        [np.floor(boxes[:, :2] * scale[:2]), np.ceil(boxes[:, 2:] * scale[2:])]
    )
    for value, (left, top, right, bottom) in zip(heat, corners.astype(int), strict=True):
        spot = layer[top:bottom, left:right]
        np.maximum(spot, value, out=spot)
    return layer
