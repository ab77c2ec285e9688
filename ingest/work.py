"""A document's indexing as its steps see it."""

from dataclasses import dataclass
from uuid import UUID

from index.catalog.entries import Job, Layer, Lease


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

    @property
    def kept(self) -> "Kept":
        """The generation, once its pages are kept."""
        return Kept(self.job.generation, self.name, "building", self.job.lease)


@dataclass(frozen=True, slots=True)
class Kept:
    """A generation whose pages are kept, and the work of making rows of them.

    Attributes:
        generation: whose pages.
        name: of its document.
        state: nothing is stored for the generation in another one.
        lease: the start of the work; nothing is stored after another one.
    """

    generation: UUID
    name: str
    state: str
    lease: Lease | None = None
