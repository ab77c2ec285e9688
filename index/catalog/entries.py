"""What the catalog hands out: frozen copies of its rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from index.manifest import IndexManifest

DocumentState = Literal["queued", "processing", "ready", "failed", "cancelled"]
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
Visibility = Literal["private", "public"]
RebuildState = Literal["queued", "running", "done", "failed", "ending", "copying"]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why something failed: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Lease:
    """A start of a job or a rebuild; whoever starts it again takes it over."""

    kind: Literal["job", "rebuild"]
    work: UUID
    fence: int


@dataclass(frozen=True, slots=True)
class Pause:
    """How work is put back to be started again.

    Attributes:
        failure: what has to pass before; None where its worker merely stops.
        after_s: seconds until it may be started.
        is_attempt: whether the start that ends here counts as one that got no further.
    """

    failure: Failure | None = None
    after_s: float = 0.0
    is_attempt: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """The rows that one encoder makes of every page.

    Attributes:
        arm: the search arm that they serve, as hits report it.
        store: the vector store's name for them.
        manifest: what they are made with.
    """

    arm: Literal["maxsim", "words"]
    store: str
    manifest: IndexManifest


@dataclass(frozen=True, slots=True)
class Collection:
    """A set of documents indexed alike.

    Attributes:
        name: its full name, which says whose it is: `tenant.name`, or plain `name`.
        store: the vector store's name for it.
        version: grows with every change of what readers may see.
        visibility: whether other tenants may read it, too.
    """

    name: str
    store: str
    manifest: IndexManifest
    version: int
    created_at: datetime
    visibility: Visibility = "private"

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What each page is stored as; the first layer also holds its BM25 terms."""
        return layers_of(self.store, self.manifest)


@dataclass(frozen=True, slots=True)
class Rebuild:
    """The index beside the one that answers, and the work of making it the one that answers.

    Attributes:
        store: the vector store's name for it.
        state: `done` once the two have changed places: it is then the one that answered before;
            `copying` while an erasure fills it with what is live.
        is_rollback: whether it is on its way back, having answered before.
        attempts: starts since it last got on, that ended neither well nor in a pause.
        fence: how often it was started; grows.
        waits: pauses since it last got on.
    """

    id: UUID
    collection: str
    store: str
    manifest: IndexManifest
    state: RebuildState
    is_rollback: bool
    attempts: int
    failure: Failure | None
    fence: int = 0
    waits: int = 0

    @property
    def lease(self) -> Lease:
        """The start that this copy tells of."""
        return Lease("rebuild", self.id, self.fence)


@dataclass(frozen=True, slots=True)
class Document:
    """A file in a collection; `generation` is the indexed version that readers see, if any."""

    id: UUID
    collection: str
    name: str
    sha256: str
    n_bytes: int
    n_pages: int
    state: DocumentState
    failure: Failure | None
    metadata: dict[str, Any]
    generation: UUID | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """The work of indexing one generation of a document.

    Attributes:
        stage: the last step that was begun; `waiting` while `failure` has to pass.
        attempts: starts since it last got on, that ended neither well nor in a pause.
        failure: why it ended, or what it waits for.
        fence: how often it was started; grows.
        waits: pauses since it last got on.
        is_read: whether all its pages are kept, and only their rows are to be made.
    """

    id: UUID
    collection: str
    document: UUID
    generation: UUID
    state: JobState
    stage: str
    pages_done: int
    pages_total: int
    attempts: int
    failure: Failure | None
    fence: int = 0
    waits: int = 0
    is_read: bool = False

    @property
    def lease(self) -> Lease:
        """The start that this copy tells of."""
        return Lease("job", self.id, self.fence)


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes a generation is made from."""

    sha256: str
    name: str
    n_bytes: int


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of a generation: what was read from it, or why it could not be.

    Attributes:
        n_rows: rows stored for it in the vector store.
        n_hidden: words of the text layer left out because no ink stands in their place.
        n_set_aside: lines left out because they address a model.
        flags: why text of the page, or its document's name, addresses a model.
    """

    number: int
    image_sha256: str | None = None
    words_sha256: str | None = None
    width_px: int = 0
    height_px: int = 0
    n_rows: int = 0
    n_words: int = 0
    n_hidden: int = 0
    n_set_aside: int = 0
    flags: tuple[str, ...] = ()
    word_source: str = "none"
    engine: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class LiveDocument:
    """What a reader needs of a searchable document."""

    document: UUID
    generation: UUID
    name: str
    n_pages: int


@dataclass(frozen=True, slots=True)
class Remain:
    """A generation that was collected.

    Attributes:
        sha256: of its original.
        n_points: pages that it had in the vector store.
        n_blobs: files that went with it; what another document holds stays.
    """

    generation: UUID
    collection: str
    document: UUID
    sha256: str
    n_points: int
    n_blobs: int
    deleted_at: datetime


def layers_of(store: str, manifest: IndexManifest) -> tuple[Layer, ...]:
    """Return the layers of an index; the first has the store's own name."""
    first = Layer("maxsim", store, manifest)
    words = manifest.of_words()
    return (first,) if words is None else (first, Layer("words", words_store(store), words))


def words_store(store: str) -> str:
    """Return the vector store's name for the second layer of an index."""
    return f"{store}-words"
