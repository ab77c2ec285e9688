"""Draw the heat maps of the documentation from real runs.

    python -m tools.draw_heatmaps taught CHECKPOINT OUT.png
    python -m tools.draw_heatmaps found DATA COLLECTION "QUESTION" OUT.png

The first is of the taught model and a page that no lesson showed. The second is of the page that
comes first in a collection that `pagesight ingest` filled.
"""

import io
from pathlib import Path
from random import Random

import click
from PIL import Image

from api.service import Service
from api.settings import Settings
from index.encoders.visual.checkpoint import Source
from index.encoders.visual.encoder import VisualEncoder
from retrieval.heatmap import draw_heat, row_heat
from retrieval.hits import SearchQuery
from tools.teach.pages import draw_figures
from tools.teach.plans import Placed, Plan, Thing

COLOURS, LARGEST = 64, (640, 905)
ASKED = "the red pie chart"
PAGE = Plan(
    (
        Placed(Thing("table", "green"), (0, 0), (20, 24, 140, 130)),
        Placed(Thing("pie chart", "red"), (0, 1), (30, 185, 140, 295)),
        Placed(Thing("bar chart", "blue"), (1, 1), (185, 180, 305, 300)),
    ),
    "harvest",
    (1, 0),
)


@click.group()
def main() -> None:
    """Draw a heat map."""


@main.command()
@click.argument("checkpoint", type=click.Path(exists=True, path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
def taught(checkpoint: Path, target: Path) -> None:
    """Draw what the taught model in CHECKPOINT sees on a page that no lesson showed."""
    encoder = VisualEncoder.open(Source(str(checkpoint)))
    page = draw_figures(PAGE, Random(1)).content  # noqa: S311  a picture, nothing secret
    (rows,) = encoder.encode_pages([page])
    heat = row_heat(encoder.encode_question(ASKED), rows.vectors)
    packed = io.BytesIO()
    Image.fromarray(page.image).save(packed, "PNG")
    _save(draw_heat(packed.getvalue(), heat, rows.boxes), target)


@main.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.argument("collection")
@click.argument("question")
@click.argument("target", type=click.Path(path_type=Path))
def found(data: Path, collection: str, question: str, target: Path) -> None:
    """Draw the page of COLLECTION that comes first for QUESTION."""
    service = Service.build(Settings(data=data))
    try:
        hit = service.search(collection, SearchQuery(question, limit=1)).hits[0]
        seen = service.heat_maps.of_page(collection, hit.document, hit.page, question)
        _save(draw_heat(seen.picture, seen.heat, seen.boxes), target)
    finally:
        service.close()


def _save(drawn: bytes, target: Path) -> None:
    with Image.open(io.BytesIO(drawn)) as opened:
        opened.thumbnail(LARGEST)
        opened.quantize(COLOURS).save(target, optimize=True)


if __name__ == "__main__":
    main()
