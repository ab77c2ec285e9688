"""An example of every body, as the OpenAPI description shows it."""

from pydantic import BaseModel

from api.documents.page_bodies import PageWordsBody, WordBody
from api.extraction.bodies import ExtractedBody, ExtractRequest, ExtractResponse, FieldBody
from api.jobs.bodies import JobList, PageStatus, PageStatusList
from api.openapi.beside_examples import BESIDE, DOCUMENT_ID, QUESTION, SENTENCE
from api.questions.bodies import (
    AnswerPlan,
    AnswerRequest,
    AnswerResponse,
    CitationBody,
    FilterBody,
    HeatmapBody,
    HeatRow,
    HitBody,
    PlannedPage,
    RegionBody,
    SearchBatch,
    SearchBatchResponse,
    SearchRequest,
    SearchResponse,
    SentenceBody,
    UsageBody,
)
from api.schemas import (
    CollectionBody,
    DocumentBody,
    DocumentDetails,
    DocumentList,
    DocumentPatch,
    FailedPage,
    IndexBody,
    JobBody,
    JobRef,
    NewCollection,
    NewReindex,
    Probe,
    Readiness,
    ReindexBody,
    Upload,
)
from index.encoders.shelf import SHIPPED

_JOB_ID = "8711d173-4bc0-53b5-aaf8-eea9ad633f7c"
_BOX = (0.12, 0.08, 0.64, 0.11)
_PICTURE = f"/v1/collections/reports/documents/{DOCUMENT_ID}/pages/1/image"
_TIMINGS = {"encode": 4.1, "score": 0.6}
_MINILM = IndexBody(encoder=SHIPPED, revision="1", rows="text")

_document = DocumentBody(
    id=DOCUMENT_ID,
    name="dams.pdf",
    state="ready",
    pages=2,
    error=None,
    metadata={"year": 2024, "kind": "report"},
)
_job = JobBody(
    id=_JOB_ID,
    document=DOCUMENT_ID,
    state="running",
    stage="reading",
    pages_done=8,
    pages_total=20,
    attempts=1,
    error=None,
)
_page = PageStatus(
    page=1,
    state="ready",
    word_source="text_layer",
    engine="pdfium",
    n_words=6,
    n_rows=7,
    flags=[],
    error=None,
)
_search = SearchRequest(
    query=QUESTION, filter=FilterBody(metadata={"year": {"gte": 2020}}), limit=5
)
_hit = HitBody(
    document=DOCUMENT_ID,
    name="dams.pdf",
    page=1,
    score=1.4142,
    relevance=0.91,
    arms={"maxsim": 0.83, "bm25": 4.2},
    regions=[RegionBody(box=_BOX, score=0.9, text=SENTENCE)],
)
_found = SearchResponse(hits=[_hit], timings=_TIMINGS)
_answer = AnswerResponse(
    answer=SENTENCE,
    refused=False,
    grounded=True,
    model="extractive",
    sentences=[SentenceBody(text=SENTENCE, citations=[0])],
    citations=[
        CitationBody(
            document=DOCUMENT_ID,
            name="dams.pdf",
            page=1,
            box=_BOX,
            quote=SENTENCE,
            image=_PICTURE,
        )
    ],
    usage=UsageBody(input_tokens=0, output_tokens=0),
    timings=_TIMINGS,
)
_plan = AnswerPlan(
    model="qwen2-vl",
    max_input_tokens=8000,
    estimated_input_tokens=1480,
    pages=[
        PlannedPage(
            document=DOCUMENT_ID,
            name="dams.pdf",
            page=1,
            sent="whole",
            box=(0, 0, 1, 1),
            width=595,
            height=842,
            image_tokens=1200,
            word_tokens=40,
            neighbour=False,
        )
    ],
    left_out=[],
    timings=_TIMINGS,
)
_total = FieldBody(
    value=420.5,
    raw="420.50",
    page=1,
    box=_BOX,
    quote="420.50",
    confidence=0.98,
    source="words",
    problems=[],
)
_details = DocumentDetails(
    **dict(_document),
    failed_pages=[FailedPage(page=2, code="page_too_large", message="5000 x 10 points")],
)

_ALL: tuple[BaseModel, ...] = (
    NewCollection(name="reports", language=["en", "de"]),
    CollectionBody(
        name="reports",
        language=["en", "de"],
        encoder=SHIPPED,
        rows="text",
        words=False,
        visibility="private",
        manifest={"encoder": SHIPPED, "encoder_revision": "1", "dim": 384},
        documents=3,
        states={"ready": 2, "failed": 1},
        pages=41,
        warnings=[],
    ),
    _document,
    _details,
    DocumentList(documents=[_document], next=None),
    DocumentPatch(name="dams-2024.pdf", metadata={"year": 2024}),
    Upload(document=_document, job=JobRef(id=_JOB_ID)),
    _job,
    JobList(jobs=[_job], next=None),
    _page,
    PageStatusList(pages=[_page]),
    NewReindex(encoder=SHIPPED, rows="text"),
    ReindexBody(
        collection="reports",
        state="running",
        rollback=False,
        answers=_MINILM,
        other=IndexBody(encoder="ModernVBERT/colmodernvbert", revision="1", rows="fused"),
        pages_done=12,
        pages_total=41,
        error=None,
    ),
    _search,
    SearchBatch(searches=[_search]),
    _found,
    SearchBatchResponse(results=[_found]),
    PageWordsBody(source="text_layer", hidden=0, words=[WordBody(text="Herons", box=_BOX, line=0)]),
    HeatmapBody(tokens=["tall", "dam"], rows=[HeatRow(box=_BOX, heat=1)]),
    AnswerRequest(query=QUESTION),
    _answer,
    _plan,
    ExtractRequest(
        fields={
            "type": "object",
            "properties": {"total": {"type": "number", "x-labels": ["Amount due"]}},
            "required": ["total"],
        }
    ),
    ExtractResponse(
        documents=[
            ExtractedBody(
                document=DOCUMENT_ID,
                name="invoice.pdf",
                fields={"total": _total},
                data={"total": 420.5},
                valid=True,
                problems=[],
            )
        ]
    ),
    Readiness(ready=True, checks=[Probe(name="database", ok=True, detail="answers")]),
)
EXAMPLES = {type(one).__name__: one for one in (*_ALL, *BESIDE)}
