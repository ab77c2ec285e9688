import numpy as np

from index.covering import COVER, covered
from index.records import Box


def test_boxes_are_filled_and_the_rest_stays() -> None:
    image = np.zeros((100, 200, 3), np.uint8)
    filled = covered(image, [Box(0.5, 0.2, 0.75, 0.4)])
    assert (filled[20:40, 100:150] == COVER).all()
    assert (filled[:19] == 0).all()
    assert (filled[:, :99] == 0).all()
    assert (image == 0).all()


def test_a_box_at_the_edge_of_the_page_stays_on_it() -> None:
    filled = covered(np.zeros((10, 10, 3), np.uint8), [Box(0.0, 0.0, 1.0, 1.0)])
    assert (filled == COVER).all()


def test_a_picture_with_nothing_to_cover_is_the_same() -> None:
    image = np.zeros((10, 10, 3), np.uint8)
    assert covered(image, []) is image
