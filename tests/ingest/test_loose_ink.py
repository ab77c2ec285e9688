import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from index.records import Box, Word
from ingest.loose_ink import (
    CELL_PX,
    grey_without,
    holds_most_text,
    is_blank,
    may_hold_text,
    text_cells,
)

WIDTH, HEIGHT = 1191, 1684
SENTENCE = "Revenue grew by eleven percent over the last year."


def blank() -> Image.Image:
    return Image.new("RGB", (WIDTH, HEIGHT), "white")


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    return np.array(image)


def text_page(n_lines: int, *, size: int = 20) -> tuple[Image.Image, list[Word]]:
    page, words = blank(), []
    pen, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for line in range(n_lines):
        at = (150, 150 + 2 * size * line)
        pen.text(at, SENTENCE, fill="black", font=font)
        left, top, right, bottom = pen.textbbox(at, SENTENCE, font=font)
        box = Box(left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT)
        words.append(Word(SENTENCE, box, line))
    return page, words


def test_lines_of_text_that_no_word_covers_are_found() -> None:
    page, words = text_page(10)
    assert may_hold_text(grey_without([], pixels(page)))
    assert may_hold_text(grey_without(words[:4], pixels(page)))


def test_a_page_whose_words_are_all_known_holds_nothing_more() -> None:
    page, words = text_page(30)
    rest = grey_without(words, pixels(page))
    assert is_blank(rest)
    assert not may_hold_text(rest)


def test_most_text_is_left_only_if_few_words_are_known() -> None:
    page, words = text_page(10)
    image = pixels(page)
    assert holds_most_text(grey_without(words[:2], image), image)
    assert not holds_most_text(grey_without(words[:8], image), image)


def test_words_on_a_dark_ground_are_painted_over_in_the_dark() -> None:
    page, words = text_page(5)
    inverted = 255 - pixels(page)
    assert is_blank(grey_without(words, inverted))


def test_rules_borders_and_fills_are_no_text() -> None:
    page = blank()
    pen = ImageDraw.Draw(page)
    pen.rectangle((20, 20, WIDTH - 20, HEIGHT - 20), outline="black", width=3)
    for y in range(200, 1500, 40):
        pen.line((100, y, 1000, y), fill="black", width=2)
    for x in range(100, 1001, 150):
        pen.line((x, 200, x, 1480), fill="black", width=2)
    assert not text_cells(grey_without([], pixels(page))).any()


def test_a_soft_picture_is_looked_at_only_when_it_is_large() -> None:
    ramp = Image.linear_gradient("L").convert("RGB")
    small, large = blank(), blank()
    small.paste(ramp.resize((200, 200)), (500, 500))
    large.paste(ramp.resize((1000, 40)).resize((1000, 1000)), (100, 100))
    assert not may_hold_text(grey_without([], pixels(small)))
    noise = np.random.default_rng(7).normal(128, 20, (HEIGHT, WIDTH, 1)).clip(0, 255)
    assert may_hold_text(grey_without([], noise.astype(np.uint8).repeat(3, axis=2)))


def test_a_white_page_is_blank_and_one_pale_letter_is_not() -> None:
    page = blank()
    assert is_blank(grey_without([], pixels(page)))
    ImageDraw.Draw(page).text((300, 300), "x", fill=(200, 200, 200))
    assert not is_blank(grey_without([], pixels(page)))


@pytest.mark.parametrize("shape", [(1, 1, 3), (CELL_PX - 1, 500, 3), (500, 5, 3)])
def test_an_image_smaller_than_a_cell_is_blank(shape: tuple[int, int, int]) -> None:
    assert is_blank(grey_without([], np.zeros(shape, np.uint8)))


def test_the_image_itself_is_not_painted() -> None:
    page, words = text_page(3)
    image = pixels(page)
    before = image.copy()
    grey_without(words, image)
    assert (image == before).all()
