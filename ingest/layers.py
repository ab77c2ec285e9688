"""What a page is stored as: the rows of each layer's encoder, and BM25 terms in the first layer."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.catalog.entries import Layer
from index.encoders.base import PageContent
from index.encoders.lexical import lexical_encoder
from index.manifest import EncoderOf
from index.pooling import pooled
from index.records import PageWords, Rows, SparseVector
from index.vectors.base import PagePoint
from index.words import page_text

NO_TERMS = SparseVector(np.empty(0, np.uint32), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class LayerPoints:
    """Pages as one layer keeps them."""

    layer: Layer
    points: list[PagePoint]


def encode_layers(
    layers: Sequence[Layer],
    encoder_of: EncoderOf,
    pages: Sequence[tuple[int, PageContent]],
    *,
    called: str,
) -> list[LayerPoints]:
    """Encode pages for every layer.

    Args:
        layers: of the collection.
        encoder_of: opens a layer's encoder.
        pages: number and content of each page.
        called: the document's name and title, which help to find what a page says.
    """
    contents = [content for _, content in pages]
    lexical = lexical_encoder(layers[0].manifest.language[0])
    terms = [lexical.encode_page(_terms_text(called, content.words)) for content in contents]
    no_terms = [NO_TERMS] * len(pages)
    return [
        _points(layer, pages, encoder_of(layer.manifest).encode_pages(contents), told)
        for layer, told in zip(layers, [terms, *[no_terms] * (len(layers) - 1)], strict=True)
    ]


def count_rows(made: Sequence[LayerPoints]) -> dict[int, int]:
    """Count the rows of each page in all layers."""
    counts: Counter[int] = Counter()
    for layer in made:
        counts.update({point.page: len(point.rows) for point in layer.points})
    return counts


def _points(
    layer: Layer,
    pages: Sequence[tuple[int, PageContent]],
    rows: Sequence[Rows],
    terms: Sequence[SparseVector],
) -> LayerPoints:
    numbers = [number for number, _ in pages]
    few = [pooled(one) if layer.manifest.pooled else None for one in rows]
    return LayerPoints(layer, [*map(PagePoint, numbers, rows, terms, few)])


def _terms_text(called: str, words: PageWords) -> str:
    """A blank page says nothing, whatever its document is called."""
    text = page_text(words)
    return f"{called}\n{text}" if text else ""
