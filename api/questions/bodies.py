"""The JSON of questions: what is asked, pages found, answers, plans of answers."""

from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas import WARNED, Body, BoxBody, RequestBody, Unit


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
PagesPerDocument = Annotated[
    int | None, Field(ge=1, le=100, description="of one document; any number when left out")
]


class SearchRequest(RequestBody):
    """A question to find pages for."""

    query: str = Field(min_length=1, max_length=2000, examples=["How tall is the dam?"])
    limit: int = Field(5, ge=1, le=100)
    filter: FilterBody | None = None
    arms: list[ArmName] | None = Field(None, min_length=1, description="all when left out")
    max_pages_per_document: PagesPerDocument = None
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
    score: float = Field(description="what pages are ordered by; comparable within one search")
    relevance: float = Field(
        ge=0,
        le=1,
        description="how well the page fits the question, comparable between questions: 0 as well "
        "as pages here fit questions about something else, 1 as if it held the question as asked",
    )
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
    limit: int = Field(
        5,
        ge=1,
        le=20,
        description="pages to answer from at most; fewer when they fit much worse than the first",
    )
    filter: FilterBody | None = None
    arms: list[ArmName] | None = Field(None, min_length=1, description="all when left out")
    max_pages_per_document: PagesPerDocument = None


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


class ModelUsageBody(Body):
    """Tokens that one of the models read and wrote."""

    model: str
    input_tokens: int
    output_tokens: int


class UsageBody(Body):
    """Tokens that models read and wrote, by their own account, and what was estimated before."""

    input_tokens: int = Field(description="of all calls together")
    output_tokens: int
    estimated_input_tokens: int = Field(
        0, description="of the pages as planned, sent once; 0 where no model is asked"
    )
    by_model: list[ModelUsageBody] = Field(
        default_factory=list, description="what each took, where more than one was asked"
    )


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
