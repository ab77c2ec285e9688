from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from index.errors import PageTooLarge, RenderFailed, TooManyPages
from ingest.drawing import Drawing, DrawnPage, PageTrouble
from ingest.limits import Limits

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def pages_of(path: Path, *, limits: Limits | None = None) -> list[DrawnPage | PageTrouble]:
    drawing = Drawing(path, limits or Limits(), ("pdfium", "poppler"))
    return list(drawing.pages(1, drawing.probe().n_pages))


def pixels(page: DrawnPage | PageTrouble) -> NDArray[np.uint8]:
    assert isinstance(page, DrawnPage)
    assert page.engine == "pillow"
    flat = np.frombuffer(page.drawn.pixels, np.uint8)
    return flat.reshape(page.drawn.height, page.drawn.width, 3)


def saved(image: Image.Image, path: Path, **options: object) -> Path:
    image.save(path, **options)  # type: ignore[arg-type] # Pillow's options differ by format
    return path


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp", "tiff"])
def test_an_image_is_a_page_of_its_own_size(tmp_path: Path, kind: str) -> None:
    path = saved(Image.new("RGB", (300, 200), RED), tmp_path / "x.pdf", format=kind)
    (page,) = pages_of(path)
    assert pixels(page).shape == (200, 300, 3)
    assert abs(pixels(page).astype(int) - RED).max() <= 3
    assert isinstance(page, DrawnPage)
    assert (page.drawn.width_pt, page.drawn.height_pt) == (150.0, 100.0)


def test_a_large_image_is_scaled_down_to_the_pixel_budget(tmp_path: Path) -> None:
    for kind in ("png", "jpeg"):
        path = saved(Image.new("RGB", (5000, 7000), BLUE), tmp_path / kind, format=kind)
        (page,) = pages_of(path)
        height, width = pixels(page).shape[:2]
        assert (width, height) == Limits().render_size(5000, 7000)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_is_turned_upright(tmp_path: Path, orientation: int) -> None:
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste(Image.new("RGB", (16, 16), "red"), (0, 0))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    (page,) = pages_of(saved(stored, tmp_path / "x", format="png", exif=exif.tobytes()))
    assert (pixels(page) == np.array(upright)).all()


@pytest.mark.parametrize(
    "image",
    [
        Image.new("RGBA", (8, 8), (255, 0, 0, 0)),
        Image.new("LA", (8, 8), (0, 0)),
    ],
    ids=["RGBA", "LA"],
)
def test_what_is_transparent_is_white(tmp_path: Path, image: Image.Image) -> None:
    (page,) = pages_of(saved(image, tmp_path / "x", format="png"))
    assert pixels(page).min() == 255


def test_a_transparent_palette_colour_is_white(tmp_path: Path) -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([*RED, *GREEN])
    image.putpixel((7, 7), 1)
    (page,) = pages_of(saved(image, tmp_path / "x", format="png", transparency=0))
    assert tuple(pixels(page)[0, 0]) == (255, 255, 255)
    assert tuple(pixels(page)[7, 7]) == GREEN


@pytest.mark.parametrize(
    ("image", "kind", "expected"),
    [
        (Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "tiff", (0, 255, 255)),
        (Image.new("1", (8, 8), 1), "png", (255, 255, 255)),
        (Image.new("L", (8, 8), 100), "png", (100, 100, 100)),
        (Image.fromarray(np.full((8, 8), 100 * 256, np.uint16)), "png", (100, 100, 100)),
        (Image.fromarray(np.full((8, 8), 100 * 256, np.uint16)), "tiff", (100, 100, 100)),
    ],
    ids=["CMYK", "1 bit", "8 bits", "16 bits in a PNG", "16 bits in a TIFF"],
)
def test_every_kind_of_pixel_becomes_rgb(
    tmp_path: Path, image: Image.Image, kind: str, expected: tuple[int, int, int]
) -> None:
    (page,) = pages_of(saved(image, tmp_path / "x", format=kind))
    assert abs(pixels(page).astype(int) - expected).max() <= 2


def test_greys_of_unknown_range_are_spread(tmp_path: Path) -> None:
    values = np.tile(np.array([[-5.0, 0.0, 5.0]], np.float32), (4, 1))
    (page,) = pages_of(saved(Image.fromarray(values), tmp_path / "x", format="tiff"))
    assert pixels(page)[0, :, 0].tolist() == [0, 127, 255]


def test_the_frames_of_a_tiff_are_its_pages(tmp_path: Path) -> None:
    first, *others = (Image.new("RGB", (40, 40), colour) for colour in (RED, GREEN, BLUE))
    path = saved(first, tmp_path / "x", format="tiff", save_all=True, append_images=others)
    assert [tuple(pixels(page)[5, 5]) for page in pages_of(path)] == [RED, GREEN, BLUE]


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_of_an_animation_only_the_first_frame_is_a_page(tmp_path: Path, kind: str) -> None:
    first, *others = (Image.new("RGB", (40, 40), colour) for colour in (RED, GREEN, BLUE))
    options: dict[str, object] = {"lossless": True} if kind == "webp" else {}
    path = saved(first, tmp_path / "x", format=kind, save_all=True, append_images=others, **options)
    assert [tuple(pixels(page)[5, 5]) for page in pages_of(path)] == [RED]


def test_a_tiff_of_too_many_frames_is_refused(tmp_path: Path) -> None:
    frames = [Image.new("1", (4, 4), n % 2) for n in range(12)]
    path = saved(frames[0], tmp_path / "x", format="tiff", save_all=True, append_images=frames[1:])
    with pytest.raises(TooManyPages):
        pages_of(path, limits=Limits(max_pages=10))


def test_an_image_over_the_pixel_limit_is_not_decoded(tmp_path: Path) -> None:
    path = saved(Image.new("1", (400, 300)), tmp_path / "x", format="png")
    (page,) = pages_of(path, limits=Limits(max_source_pixels=100_000))
    assert isinstance(page, PageTrouble)
    assert isinstance(page.error, PageTooLarge)


def test_an_image_as_thin_as_a_thread_is_too_large(tmp_path: Path) -> None:
    (page,) = pages_of(saved(Image.new("1", (4000, 2)), tmp_path / "x", format="png"))
    assert isinstance(page, PageTrouble)
    assert isinstance(page.error, PageTooLarge)


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff"])
def test_half_an_image_fails_its_page(
    tmp_path: Path, save: Callable[[bytes], Path], kind: str
) -> None:
    noise = np.random.default_rng(3).integers(0, 255, (200, 200, 3), np.uint8)
    data = saved(Image.fromarray(noise), tmp_path / "x", format=kind).read_bytes()
    (page,) = pages_of(save(data[: len(data) // 2]))
    assert isinstance(page, PageTrouble)
    assert isinstance(page.error, RenderFailed)
