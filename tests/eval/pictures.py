"""Small page images for data sets made by tests."""

import io

from PIL import Image, ImageDraw, ImageFont


def page(text: str, size: tuple[int, int] = (480, 320)) -> Image.Image:
    """A white page with a large line for each line of the text."""
    image = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(36)
    for number, line in enumerate(text.splitlines()):
        pen.text((20, 20 + 60 * number), line, fill="black", font=font)
    return image


def packed(image: Image.Image, form: str = "PNG") -> bytes:
    """An image's bytes."""
    made = io.BytesIO()
    image.save(made, form)
    return made.getvalue()
