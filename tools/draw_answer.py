"""Draw the pictures of the README from a real run: pages with the regions that answered a question.

Usage: python -m tools.draw_answer DATA COLLECTION "QUESTION" OUT.png [PAGES]

DATA is a data folder that `pagesight ingest` filled. The best PAGES pages stand side by side, their
matching regions washed in yellow, the cited words framed in red.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw

from api.service import Service
from api.settings import Settings
from index.records import Box
from retrieval.hits import Hit, SearchQuery

WIDTH = 620
MARGIN = 16
WASH = (255, 214, 0, 90)
FRAME = (214, 40, 40, 255)


def draw(service: Service, collection: str, question: str, n_pages: int) -> Image.Image:
    """Return one picture of the best pages for a question."""
    answer, found = service.ask(collection, SearchQuery(question, limit=max(n_pages, 5)))
    cited = {(c.document, c.page): c.box for c in answer.citations}
    pictures = [
        _page(service, collection, hit, cited.get((str(hit.document), hit.page)))
        for hit in found.hits[:n_pages]
    ]
    return _side_by_side(pictures)


def _page(service: Service, collection: str, hit: Hit, citation: Box | None) -> Image.Image:
    packed = service.pages.picture(collection, hit.document, hit.page, width=WIDTH)
    page = Image.open(io.BytesIO(packed)).convert("RGBA")
    wash = Image.new("RGBA", page.size)
    pen = ImageDraw.Draw(wash)
    for region in hit.regions:
        pen.rectangle(_pixels(region.box, page.size), fill=WASH)
    if citation is not None:
        pen.rectangle(_pixels(citation, page.size), outline=FRAME, width=3)
    return Image.alpha_composite(page, wash).convert("RGB")


def _pixels(box: Box, size: tuple[int, int]) -> tuple[float, float, float, float]:
    width, height = size
    return (
        box.left * width - 3,
        box.top * height - 3,
        box.right * width + 3,
        box.bottom * height + 3,
    )


def _side_by_side(pages: list[Image.Image]) -> Image.Image:
    height = max(page.height for page in pages) + 2 * MARGIN
    sheet = Image.new("RGB", (len(pages) * (WIDTH + MARGIN) + MARGIN, height), (228, 231, 235))
    for place, page in enumerate(pages):
        sheet.paste(page, (MARGIN + place * (WIDTH + MARGIN), MARGIN))
    return sheet


def main() -> None:
    """Draw what the command line asks for."""
    data, collection, question, target = sys.argv[1:5]
    n_pages = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    service = Service.build(Settings(data=Path(data)))
    try:
        draw(service, collection, question, n_pages).save(target, optimize=True)
    finally:
        service.close()


if __name__ == "__main__":
    main()
