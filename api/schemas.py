"""The JSON of the REST API and of `--json`: one set of shapes for both."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.uploads import is_storable
from index.catalog.entries import DocumentState, JobState

Unit = Field(ge=0, le=1)
NAMED_PATTERN = r"^([a-z0-9][a-z0-9-]{0,31}\.)?[a-z0-9][a-z0-9_-]{0,62}$"  # of another tenant, too
VISIBILITY = "`public`: every key may read and ask it, as `tenant.name`"
BoxBody = tuple[float, float, float, float]
WARNED = "the page's flags: why some of its text addresses a model"


class Body(BaseModel):
    """A JSON object with exactly these fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RequestBody(Body):
    """What a caller sends: text that can be kept and compared."""

    @model_validator(mode="before")
    @classmethod
    def _is_storable(cls, body: object) -> object:
        if not is_storable(body):
            raise ValueError("NUL, lone surrogates and infinite numbers are not understood")
        return body


class ErrorBody(Body):
    """Why something failed."""

    code: str
    message: str


class CollectionBody(Body):
    """A collection and what it was built with."""

    name: str
    language: list[str]
    encoder: str
    rows: Literal["patch", "text", "fused"]
    words: bool = Field(description="whether the arm `words` is there")
    visibility: Literal["private", "public"] = Field(description=VISIBILITY)
    manifest: dict[str, Any]
    documents: int = Field(description="whatever their state")
    states: dict[DocumentState, int] = Field(description="documents by state")
    pages: int = Field(description="of the documents that can be searched")
    warnings: list[str] = Field(description="what will not work well here, in sentences")


class NewCollection(RequestBody):
    """A collection to make."""

    name: str = Field(pattern=NAMED_PATTERN, examples=["reports"])
    language: list[str] | None = Field(
        None, min_length=1, max_length=8, description="ISO codes; the first one leads"
    )
    encoder: str | None = Field(None, max_length=300, description="name of a registered model")
    rows: Literal["patch", "text", "fused"] | None = None
    words: bool = Field(
        default=False,
        description="index the words with the encoder that ships too, as a second arm",
    )
    visibility: Literal["private", "public"] | None = Field(
        None, description=f"{VISIBILITY}; `private` when it is left out of a new one"
    )

    @property
    def is_particular(self) -> bool:
        """Whether anything but the name is asked for."""
        return any((self.language, self.encoder, self.rows, self.words))


class ChangedCollection(RequestBody):
    """What of a collection is to change."""

    visibility: Literal["private", "public"] = Field(description=VISIBILITY)


class FailedPage(Body):
    """A page that could not be read; the document's other pages can be found."""

    page: int
    code: str
    message: str


class FlaggedPage(Body):
    """A page that says something to a model, or hides words from its readers."""

    page: int
    flags: list[str] = Field(description="reason codes; docs/injection.md lists them")
    hidden_words: int = Field(description="in the text layer, not to be seen, and left out")
    lines_left_out: int = Field(description="visible, addressing a model, and left out")


class DocumentBody(Body):
    """A document; `pages` counts all its pages, the few that could not be read too."""

    id: str
    name: str
    state: DocumentState
    pages: int
    error: ErrorBody | None
    metadata: dict[str, Any]


class DocumentPatch(RequestBody):
    """What is to be said of a document from now on; what is left out stays as it is."""

    name: str | None = Field(None, min_length=1, max_length=1000)
    metadata: dict[str, Any] | None = Field(
        None, description="plain values, instead of all that was there"
    )


class DocumentDetails(DocumentBody):
    """A document with the pages that could not be read, and those that are not what they seem."""

    failed_pages: list[FailedPage]
    flags: list[str] = Field(
        default_factory=list, description="those of its pages, and of its name after `name:`"
    )
    hidden_words: int = Field(0, description="on all its pages")
    flagged_pages: list[FlaggedPage] = Field(default_factory=list)


class DocumentList(Body):
    """One page of the list; pass `next` as `cursor` for the following one."""

    documents: list[DocumentBody]
    next: str | None


class JobBody(Body):
    """How far the indexing of a document is."""

    id: str
    document: str
    state: JobState
    stage: str = Field(
        description="the last step that was begun; `waiting` while what `error` tells has to pass"
    )
    pages_done: int
    pages_total: int
    attempts: int = Field(description="starts since it last got on that led nowhere")
    error: ErrorBody | None


class NewReindex(RequestBody):
    """How a collection's index is to be built anew; what is left out is as the settings say."""

    encoder: str | None = Field(None, max_length=300, description="name of a registered model")
    rows: Literal["patch", "text", "fused"] | None = None
    words: bool = Field(
        default=False,
        description="index the words with the encoder that ships too, as a second arm",
    )


class IndexBody(Body):
    """What an index of a collection was built with."""

    encoder: str
    revision: str
    rows: Literal["patch", "text", "fused"]


class ReindexBody(Body):
    """The two indexes of a collection: the one that answers, and the other one."""

    collection: str
    state: Literal["queued", "running", "done", "failed", "ending", "copying"] = Field(
        description="done: they changed places, the other one is the one that answered before; "
        "copying: it gets what is live, so that what was deleted goes with the one that answers"
    )
    rollback: bool = Field(description="whether the other one answered before")
    answers: IndexBody
    other: IndexBody
    pages_done: int = Field(description="pages of the collection that the other one holds")
    pages_total: int
    error: ErrorBody | None


class JobRef(Body):
    """A job to ask about."""

    id: str


class Upload(Body):
    """An accepted document; `job` is null when these bytes were there already."""

    document: DocumentBody
    job: JobRef | None


class Problem(BaseModel):
    """An RFC 9457 problem; `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str = Field("", description="by which the server's log has the request")


class Probe(Body):
    """Whether a part is well."""

    name: str
    ok: bool
    detail: str
    mend: str = Field("", description="the command or step that mends it")


class Readiness(Body):
    """Whether the service can do its work."""

    ready: bool
    checks: list[Probe]
