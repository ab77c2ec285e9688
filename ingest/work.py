"""A document's indexing as its steps see it."""

from dataclasses import dataclass

from index.catalog.entries import Job, Layer


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be indexed, and into what.

    Attributes:
        job: as it was started.
        name: of the document.
        sha256: of its bytes.
        layers: what each page is stored as.
    """

    job: Job
    name: str
    sha256: str
    layers: tuple[Layer, ...]
