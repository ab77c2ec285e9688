import io

import numpy as np
import pytest
from PIL import Image

from index.errors import InvalidRequest
from index.records import Question
from retrieval.heatmap import draw_heat, heat_layer, row_heat

ROWS = np.eye(4, dtype=np.float32)
BOXES = np.array(
    [[0, 0, 0.5, 0.5], [0.5, 0, 1, 0.5], [0, 0.5, 0.5, 1], [0.5, 0.5, 1, 1]], np.float32
)


def question(*places: int, weights: tuple[float, ...] | None = None) -> Question:
    """A question whose tokens are the rows of these places."""
    told = np.array(weights or [1.0] * len(places), np.float32)
    return Question("q", ROWS[list(places)], told, tuple("abcd"[p] for p in places))


def picture(size: tuple[int, int] = (40, 40)) -> bytes:
    packed = io.BytesIO()
    Image.new("RGB", size, "white").save(packed, "PNG")
    return packed.getvalue()


def test_the_row_that_a_token_matches_is_hottest() -> None:
    heat = row_heat(question(2), ROWS)

    assert heat.tolist() == [0, 0, 1, 0]


def test_a_whole_question_lights_every_matching_row() -> None:
    assert row_heat(question(0, 3), ROWS).tolist() == [1, 0, 0, 1]


def test_a_light_token_lights_less() -> None:
    heat = row_heat(question(0, 3, weights=(1.0, 0.5)), ROWS)

    assert heat.tolist() == [1, 0, 0, 0.5]


def test_one_token_can_be_looked_at_alone() -> None:
    assert row_heat(question(0, 3), ROWS, token=1).tolist() == [0, 0, 0, 1]


def test_a_token_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="tokens 0 to 1"):
        row_heat(question(0, 3), ROWS, token=2)


def test_a_page_without_rows_has_no_heat() -> None:
    assert row_heat(question(0), ROWS[:0]).shape == (0,)


def test_rows_that_are_all_alike_stay_cold() -> None:
    assert row_heat(question(0), np.repeat(ROWS[:1], 3, axis=0)).max() == 0


def test_overlapping_rows_show_the_hotter_one() -> None:
    boxes = np.array([[0, 0, 1, 1], [0, 0, 0.5, 1]], np.float32)

    layer = heat_layer(np.array([0.25, 0.75], np.float32), boxes, height=2, width=4)

    assert layer.tolist() == [[0.75, 0.75, 0.25, 0.25]] * 2


def test_only_the_hot_corner_of_a_picture_is_coloured() -> None:
    drawn = np.asarray(
        Image.open(io.BytesIO(draw_heat(picture(), row_heat(question(2), ROWS), BOXES)))
    )

    assert (drawn[:20] == 255).all()
    assert (drawn[20:, 20:] == 255).all()
    red, green, blue = drawn[30, 10].tolist()
    assert red > 200 > green > 80
    assert blue < 130
