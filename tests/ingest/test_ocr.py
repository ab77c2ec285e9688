import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from index.errors import InvalidRequest, MissingDependency, RenderTimeout
from ingest.ocr import Layout, TesseractOcr, pack_names

OCR = TesseractOcr(n_workers=1)
WIDTH, HEIGHT = 1000, 600


def page(*lines: str) -> NDArray[np.uint8]:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(36)
    for line, text in enumerate(lines):
        pen.text((80, 80 + 90 * line), text, fill="black", font=font)
    return np.array(image)


def test_words_are_read_with_lines_and_boxes_around_their_ink() -> None:
    image = page("Total revenue 2024", "Operating margin")
    words = OCR.read(image, Layout.PAGE, language="en")
    assert [(word.text, word.line) for word in words] == [
        ("Total", 0),
        ("revenue", 0),
        ("2024", 0),
        ("Operating", 1),
        ("margin", 1),
    ]
    for word in words:
        left, top, right, bottom = word.box
        columns = slice(round(left * WIDTH), round(right * WIDTH))
        rows = slice(round(top * HEIGHT), round(bottom * HEIGHT))
        assert image[rows, columns].min() < 50
        image[rows, columns] = 255
    assert image.min() > 100


def test_a_grey_image_reads_like_a_coloured_one() -> None:
    image = page("Total revenue 2024")
    assert OCR.read(image[..., 0].copy(), Layout.PAGE, language="en") == OCR.read(
        image, Layout.PAGE, language="en"
    )


def test_an_empty_image_has_no_words() -> None:
    assert OCR.read(np.full((400, 400), 255, np.uint8), Layout.PAGE, language="en") == ()


def test_rules_are_no_words() -> None:
    image = page("Total revenue 2024")
    image[300:303, 80:900] = 0
    image[300:500, 80:83] = 0
    assert [word.text for word in OCR.read(image, Layout.PAGE, language="en")] == [
        "Total",
        "revenue",
        "2024",
    ]


def test_words_that_tesseract_does_not_trust_are_dropped() -> None:
    sceptic = TesseractOcr(n_workers=1, page_confidence=100.0)
    image = page("Total revenue 2024")
    assert sceptic.read(image, Layout.PAGE, language="en") == ()
    assert len(sceptic.read(image, Layout.SCRAPS, language="en")) == 3


def test_scraps_are_found_anywhere() -> None:
    image = np.full((800, 1200), 255, np.uint8)
    for n, (x, y) in enumerate([(100, 80), (900, 300), (500, 700), (150, 500)]):
        canvas = Image.fromarray(image)
        ImageDraw.Draw(canvas).text((x, y), f"{n}47%", fill=0, font=ImageFont.load_default(24))
        image = np.array(canvas)
    found = OCR.read(image, Layout.SCRAPS, language="en")
    assert sorted(word.text for word in found) == ["047%", "147%", "247%", "347%"]
    assert len({word.line for word in found}) == 4


def test_a_page_that_takes_too_long_is_stopped() -> None:
    hasty = TesseractOcr(n_workers=1, timeout_s=0.01)
    with pytest.raises(RenderTimeout, match=r"over 0\.01 s"):
        hasty.read(page("Total revenue 2024"), Layout.PAGE, language="en")


@pytest.mark.parametrize(
    ("language", "packs"), [("en", "eng"), ("EN", "eng"), ("eng", "eng"), ("en+eng", "eng+eng")]
)
def test_languages_go_by_iso_codes_or_pack_names(language: str, packs: str) -> None:
    assert pack_names(language) == packs


@pytest.mark.parametrize(
    ("language", "package"), [("xx", "tesseract-ocr-xx"), ("en+chi_xyz", "tesseract-ocr-chi-xyz")]
)
def test_a_missing_language_names_the_package_that_brings_it(language: str, package: str) -> None:
    with pytest.raises(MissingDependency, match=f"apt-get install {package}$"):
        OCR.read(page("text"), Layout.PAGE, language=language)


@pytest.mark.parametrize("language", ["", "+", "-l", "en --psm 1", "../eng"])
def test_what_is_no_language_never_reaches_tesseract(language: str) -> None:
    with pytest.raises((InvalidRequest, MissingDependency)):
        OCR.read(page("text"), Layout.PAGE, language=language)
