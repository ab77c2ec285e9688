"""The JSON of the REST API and of `--json`: one set of shapes for both."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.uploads import is_storable

Unit = Field(ge=0, le=1)
COLLECTION_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,62}$"
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
    manifest: dict[str, Any]
    documents: int
    warnings: list[str] = Field(description="what will not work well here, in sentences")


class NewCollection(RequestBody):
    """A collection to make."""

    name: str = Field(pattern=COLLECTION_PATTERN, examples=["reports"])
    language: list[str] | None = Field(
        None, min_length=1, max_length=8, description="ISO codes; the first one leads"
    )
    encoder: str | None = Field(None, max_length=300, description="name of a registered model")
    rows: Literal["patch", "text", "fused"] | None = None
    words: bool = Field(
        default=False,
        description="index the words with the encoder that ships too, as a second arm",
    )

    @property
    def is_particular(self) -> bool:
        """Whether anything but the name is asked for."""
        return any((self.language, self.encoder, self.rows, self.words))


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
    state: Literal["queued", "processing", "ready", "failed", "cancelled"]
    pages: int
    error: ErrorBody | None
    metadata: dict[str, Any]


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
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    stage: str
    pages_done: int
    pages_total: int
    attempts: int
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
    state: Literal["queued", "running", "done", "failed", "ending"] = Field(
        description="done: they changed places, the other one is the one that answered before"
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


class PageRange(Body):
    """Page numbers, both ends included."""

    first: int = Field(1, ge=1)
    last: int = Field(2**31 - 1, ge=1)


class FilterBody(RequestBody):
    """What a search may see; every given part must hold."""

    documents: list[str] = Field(default_factory=list, max_length=1000)
    names: list[str] = Field(default_factory=list, max_length=32, examples=[["report*.pdf"]])
    pages: PageRange | None = None
    metadata: dict[str, Any] = Field(
        default_factory=dict, examples=[{"year": {"gte": 2020}, "kind": "report"}]
    )


ArmName = Literal["maxsim", "words", "bm25"]


class SearchRequest(RequestBody):
    """A question to find pages for."""

    query: str = Field(min_length=1, max_length=2000, examples=["How tall is the dam?"])
    limit: int = Field(5, ge=1, le=100)
    filter: FilterBody | None = None
    arms: list[ArmName] | None = Field(None, min_length=1, description="all when left out")
    exhaustive: bool = Field(
        default=False, description="score every page exactly: slow, to check the fast way by"
    )


class RegionBody(Body):
    """A part of the page that made it match; the box is in fractions, origin top left."""

    box: BoxBody
    score: float
    text: str


class HitBody(Body):
    """A found page."""

    document: str
    name: str
    page: int
    score: float
    relevance: float = Unit
    arms: dict[str, float]
    regions: list[RegionBody]
    warnings: list[str] = Field(default_factory=list, description=WARNED)


class SearchResponse(Body):
    """Found pages, best first."""

    hits: list[HitBody]
    timings: dict[str, float] = Field(description="milliseconds by stage")


class SearchBatch(RequestBody):
    """Several questions at once, as an evaluation asks them."""

    searches: list[SearchRequest] = Field(min_length=1, max_length=256)


class SearchBatchResponse(Body):
    """What each question found, in the order asked."""

    results: list[SearchResponse]


class HeatRow(Body):
    """A row of a page and how hot it is for the question."""

    box: BoxBody
    heat: float = Unit


class HeatmapBody(Body):
    """Where on a page a question finds what it asks for."""

    tokens: list[str] = Field(description="of the question; `token=` takes a place in this list")
    rows: list[HeatRow]


class AnswerRequest(RequestBody):
    """A question to answer from the documents."""

    query: str = Field(min_length=1, max_length=2000)
    limit: int = Field(5, ge=1, le=20, description="pages to answer from")
    filter: FilterBody | None = None
    arms: list[ArmName] | None = Field(None, min_length=1, description="all when left out")


class CitationBody(Body):
    """Where the answer stands: the quoted words and their box on the page."""

    document: str
    name: str
    page: int
    box: BoxBody
    quote: str
    verified: bool = Field(
        default=True,
        description="the words were found on the page; else the box is that of the region that "
        "made the page match, or the whole page",
    )
    image: str = Field(description="path of the page's picture")
    warnings: list[str] = Field(default_factory=list, description=WARNED)


class SentenceBody(Body):
    """A sentence of an answer, and the places of its citations in the list of them."""

    text: str
    citations: list[int]


class UsageBody(Body):
    """Tokens that a model read and wrote, by its own account, and what was estimated before."""

    input_tokens: int
    output_tokens: int
    estimated_input_tokens: int = Field(0, description="0 where no model is asked")


class AnswerResponse(Body):
    """An answer with its evidence, or a refusal."""

    answer: str
    refused: bool
    grounded: bool = Field(
        description="every sentence has citations, and all of them were found on their pages"
    )
    model: str
    sentences: list[SentenceBody] = Field(default_factory=list)
    citations: list[CitationBody]
    warnings: list[str] = Field(default_factory=list, description="why to look twice, in sentences")
    usage: UsageBody
    timings: dict[str, float] = Field(
        description="milliseconds by stage; `first_token` from the question to the first sentence"
    )


class PlannedPage(Body):
    """A page and what a model would be sent of it."""

    document: str
    name: str
    page: int
    sent: Literal["whole", "scaled", "crop", "words"] = Field(
        description="the whole picture, scaled down, a part of it cut out, or words alone"
    )
    box: BoxBody = Field(description="the part of the page that is sent")
    width: int = Field(description="of the picture sent, in pixels; 0 without one")
    height: int
    image_tokens: int
    word_tokens: int = Field(description="0 where no words are sent")
    neighbour: bool = Field(description="not found itself: a found page's text runs on to it")


class LeftOutPage(Body):
    """A found page that a model would not be sent."""

    document: str
    name: str
    page: int


class AnswerPlan(Body):
    """What an answer would be made from and cost; no model was asked."""

    model: str = Field(description="`extractive` where none is configured: nothing is sent")
    max_input_tokens: int = Field(description="the cap; 0 where no model is asked")
    estimated_input_tokens: int
    pages: list[PlannedPage]
    left_out: list[LeftOutPage]
    timings: dict[str, float]


class Problem(BaseModel):
    """An RFC 9457 problem; `code` is stable."""

    type: str
    title: str
    status: int
    detail: str
    code: str


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
