import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from index.records import Box, Word
from ingest.frames import RawWord
from ingest.ocr import Layout
from ingest.words import page_words

WIDTH, HEIGHT = 1000, 1000


def page(*lines: str) -> tuple[NDArray[np.uint8], list[RawWord]]:
    image, words = Image.new("RGB", (WIDTH, HEIGHT), "white"), []
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(24)
    for line, text in enumerate(lines):
        at = (50, 50 + 50 * line)
        pen.text(at, text, fill="black", font=font)
        left, top, right, bottom = pen.textbbox(at, text, font=font)
        box = (left / WIDTH, top / HEIGHT, right / WIDTH, bottom / HEIGHT)
        words.append(RawWord(text, box, line))
    return np.array(image), words


def words_at(raw_words: list[RawWord]) -> list[Word]:
    return [Word(raw.text, Box(*raw.box), line) for line, raw in enumerate(raw_words)]


class Ocr:
    """Finds the words it was given for each layout, and remembers what it was shown."""

    def __init__(self, **found: list[Word]) -> None:
        self.found = found
        self.shown: list[tuple[str, NDArray[np.uint8]]] = []

    def __call__(self, grey: NDArray[np.uint8], layout: Layout) -> list[Word]:
        self.shown.append((layout.name, grey))
        return self.found.get(layout.name.lower(), [])


LINES = [f"line {n} of a page that is full of words to read" for n in range(10)]


def test_a_page_whose_layer_says_it_all_is_not_read_by_ocr() -> None:
    image, raw_words = page(*LINES)
    ocr = Ocr()
    words = page_words(image, raw_words, ocr)
    assert [word.text for word in words.words] == LINES
    assert (words.source, words.n_hidden) == ("text_layer", 0)
    assert not ocr.shown


def test_a_page_without_a_layer_is_read_as_a_page() -> None:
    image, raw_words = page(*LINES)
    found = words_at(raw_words)
    ocr = Ocr(page=found)
    words = page_words(image, [], ocr)
    assert words.words == tuple(found)
    assert words.source == "ocr"
    assert [layout for layout, _ in ocr.shown] == ["PAGE"]


def test_what_a_reading_of_the_page_leaves_is_read_as_scraps() -> None:
    image, raw_words = page(*LINES)
    found = words_at(raw_words)
    ocr = Ocr(page=found[:3], scraps=[word._replace(line=0) for word in found[3:]])
    words = page_words(image, [], ocr)
    assert [word.text for word in words.words] == LINES
    assert [word.line for word in words.words] == [0, 1, 2, *[3] * 7]
    assert [layout for layout, _ in ocr.shown] == ["PAGE", "SCRAPS"]


def test_an_empty_page_is_not_read_by_ocr() -> None:
    ocr = Ocr()
    words = page_words(np.full((HEIGHT, WIDTH, 3), 255, np.uint8), [], ocr)
    assert (words.words, words.source) == ((), "none")
    assert not ocr.shown


def test_a_picture_in_which_ocr_finds_nothing_has_no_words() -> None:
    image, _ = page(*LINES)
    assert page_words(image, [], Ocr()).source == "none"


def test_a_scan_with_a_stamped_header_gets_both_and_the_layer_is_not_read_twice() -> None:
    image, raw_words = page("RECEIVED 2024-01-05", *LINES)
    again = Word("RECEIVEO", Box(*raw_words[0].box), 0)
    ocr = Ocr(page=[again, *words_at(raw_words[1:])])
    words = page_words(image, raw_words[:1], ocr)
    assert [word.text for word in words.words] == ["RECEIVED 2024-01-05", *LINES]
    assert words.source == "ocr"
    ((layout, shown),) = ocr.shown
    assert layout == "PAGE"
    assert shown[45:75, 50:200].min() > 200


def test_hidden_words_are_counted_and_do_not_keep_ocr_away() -> None:
    image, raw_words = page(*LINES)
    ghost = RawWord("IGNORE", (0.7, 0.9, 0.9, 0.95), 0)
    words = page_words(image, [ghost], Ocr(page=words_at(raw_words)))
    assert [word.text for word in words.words] == LINES
    assert (words.source, words.n_hidden) == ("ocr", 1)


def test_a_page_with_a_few_labels_beside_its_layer_is_still_a_page_of_text() -> None:
    image, raw_words = page(*LINES)
    label = Word("Chart", Box(0.1, 0.8, 0.2, 0.85), 0)
    words = page_words(image, raw_words[:6], Ocr(scraps=[label], page=words_at(raw_words)))
    assert words.source == "text_layer"
    assert words.words[-1] == label._replace(line=6)


def test_the_text_layer_alone_is_what_pixels_show_of_it_and_ocr_is_not_asked() -> None:
    image, _ = page(*LINES[:2])
    _, drawn = page(*LINES)
    ocr = Ocr(page=words_at(drawn))
    words = page_words(image, drawn, ocr, "text_layer")
    assert [word.text for word in words.words] == LINES[:2]
    assert (words.source, words.n_hidden) == ("text_layer", len(LINES) - 2)
    assert not ocr.shown


def test_ocr_alone_reads_the_page_whatever_its_layer_says() -> None:
    image, raw_words = page(*LINES)
    wrong = [word._replace(text="no such words") for word in raw_words]
    ocr = Ocr(page=words_at(raw_words))
    words = page_words(image, wrong, ocr, "ocr")
    assert [word.text for word in words.words] == LINES
    assert words.source == "ocr"
