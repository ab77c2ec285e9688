"""What each stage of ingest costs alone, and what the whole makes of them.

The stages are those of `ingest.pipeline`: reading (a child draws the pages, then words from the
text layer or by OCR), encoding, storing (JPEG, blobs, vectors; the catalog's rows are left out).
CPU time counts that of children too.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from api import parts
from api.commands.ingest import ingest_files
from api.desk import LocalDesk
from api.schemas import NewCollection
from api.service import Service
from index.catalog.entries import Collection
from index.encoders.base import PageContent
from index.words import encode_words
from ingest.keeping import as_jpeg
from ingest.layers import LayerPoints, encode_layers
from ingest.pipeline import CHUNK_PAGES
from ingest.reading import PageRead

STAGES, WHOLE = "bench-stages", "bench-whole"


@dataclass(frozen=True, slots=True)
class StageFigures:
    """What a stage took for some pages."""

    name: str
    n_pages: int
    wall_s: float
    cpu_s: float

    @property
    def pages_a_second(self) -> float:
        """Pages by wall time."""
        return self.n_pages / self.wall_s


@dataclass(frozen=True, slots=True)
class IngestFigures:
    """The stages, each alone, and the pipeline over the same files."""

    stages: list[StageFigures]
    whole: StageFigures

    @property
    def slowest(self) -> StageFigures:
        """The stage that no pipeline can be faster than."""
        return min(self.stages, key=lambda stage: stage.pages_a_second)

    @property
    def share(self) -> float:
        """What the pipeline reaches of its slowest stage."""
        return self.whole.pages_a_second / self.slowest.pages_a_second


def measure_stages(service: Service, paths: Sequence[Path]) -> IngestFigures:
    """Take files through every stage alone, then through the service."""
    collection = service.create_collection(STAGES)
    read: list[PageRead] = []
    reading = _timed("read", lambda: read.extend(_read(service, collection, paths)), read)
    chunks = [read[first : first + CHUNK_PAGES] for first in range(0, len(read), CHUNK_PAGES)]
    _encode(service, collection, chunks[0][:1])  # the first pages of a model take longer
    made: list[list[LayerPoints]] = []
    encoding = _timed("encode", lambda: made.extend(_all(service, collection, chunks)), read)
    storing = _timed("store", lambda: _store(service, chunks, made), read)
    desk = LocalDesk(service)
    whole = _timed(
        "all together",
        lambda: ingest_files(desk, NewCollection(name=WHOLE), paths, metadata={}),
        read,
    )
    return IngestFigures([reading, encoding, storing], whole)


def _timed(name: str, work: Callable[[], object], pages: Sequence[PageRead]) -> StageFigures:
    wall, cpu = time.perf_counter(), sum(os.times()[:4])
    work()
    wall_s, cpu_s = time.perf_counter() - wall, sum(os.times()[:4]) - cpu
    return StageFigures(name, len(pages), wall_s, cpu_s)


def _read(service: Service, collection: Collection, paths: Sequence[Path]) -> Iterator[PageRead]:
    reader = parts.reader(service.settings)
    language = "+".join(collection.manifest.language)
    for path in paths:
        n_pages = reader.probe(path).n_pages
        outcomes = reader.read_pages(path, 1, n_pages, language=language)
        yield from (one for one in outcomes if isinstance(one, PageRead))


def _all(
    service: Service, collection: Collection, chunks: Sequence[Sequence[PageRead]]
) -> Iterator[list[LayerPoints]]:
    return (_encode(service, collection, chunk) for chunk in chunks)


def _encode(
    service: Service, collection: Collection, chunk: Sequence[PageRead]
) -> list[LayerPoints]:
    contents = [(page.number, PageContent(page.image, page.words)) for page in chunk]
    return encode_layers(collection.layers, service.shelf.of, contents, called="")


def _store(
    service: Service, chunks: Sequence[Sequence[PageRead]], made: Sequence[list[LayerPoints]]
) -> None:
    for number, (chunk, layers) in enumerate(zip(chunks, made, strict=True)):
        for one in layers:
            generation = uuid5(NAMESPACE_OID, f"chunk {number}")
            service.vectors.put_pages(one.layer.store, generation, one.points)
        for page in chunk:
            service.blobs.put(as_jpeg(page))
            service.blobs.put(encode_words(page.words))
    for one in made[0]:
        service.vectors.flush(one.layer.store)
