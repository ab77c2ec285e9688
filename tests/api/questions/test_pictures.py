import io

import pytest
from PIL import Image

from api.questions.pictures import drawn, scaled
from index.records import Box


@pytest.fixture
def picture() -> bytes:
    """White above, black below, 100 x 200 pixels."""
    image = Image.new("RGB", (100, 200), "white")
    image.paste("black", (0, 100, 100, 200))
    packed = io.BytesIO()
    image.save(packed, "PNG")
    return packed.getvalue()


def opened(picture: bytes) -> Image.Image:
    return Image.open(io.BytesIO(picture))


def test_a_picture_keeps_its_ratio_when_it_is_scaled(picture: bytes) -> None:
    made = opened(scaled(picture, 50))

    assert (made.size, made.format) == ((50, 100), "JPEG")


@pytest.mark.parametrize(("top", "bottom", "grey"), [(0.0, 0.5, 255), (0.5, 1.0, 0)])
def test_a_part_is_cut_out_at_the_size_asked_for(
    picture: bytes, top: float, bottom: float, grey: int
) -> None:
    made = opened(drawn(picture, Box(0.0, top, 1.0, bottom), (60, 40)))

    assert (made.size, made.format) == ((60, 40), "JPEG")
    assert made.convert("L").getextrema() == pytest.approx((grey, grey), abs=20)
