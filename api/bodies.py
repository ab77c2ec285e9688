"""From what the floors hand out to the JSON shapes of the API."""

from collections.abc import Sequence
from dataclasses import asdict

from answer.answers import Answer, Citation
from api.callers.access import OPERATOR, Access
from api.events import CitationsBody
from api.holdings.rebuilds import RebuildProgress
from api.ids import parse_id
from api.questions.bodies import (
    AnswerResponse,
    CitationBody,
    FilterBody,
    HitBody,
    ModelUsageBody,
    RegionBody,
    SearchResponse,
    SentenceBody,
    UsageBody,
)
from api.schemas import (
    CollectionBody,
    DocumentBody,
    DocumentDetails,
    ErrorBody,
    FailedPage,
    FlaggedPage,
    IndexBody,
    JobBody,
    JobRef,
    NewCollection,
    ReindexBody,
    Upload,
)
from api.service import Service
from api.shown import shown
from index.catalog.entries import Collection, Document, Failure, Job, StoredPage
from index.catalog.filters import DocumentFilter
from index.encoders.shelf import EncoderChoice
from index.manifest import IndexManifest
from retrieval.hits import ALL_ARMS, Arm, Hit, PageScope, Region, SearchResult

SCORE_DECIMALS = 4


def collection_body(
    service: Service, collection: Collection, access: Access = OPERATOR
) -> CollectionBody:
    """Show a collection under the name that the caller has for it."""
    manifest = collection.manifest
    tally = service.amendments.tally(collection.name)
    return CollectionBody(
        name=access.shown_name(collection.name),
        language=list(manifest.language),
        encoder=manifest.encoder,
        rows=manifest.rows,
        words=manifest.words is not None,
        visibility=collection.visibility,
        manifest=manifest.to_json(),
        documents=tally.n_documents,
        states=dict(tally.documents),
        pages=tally.n_pages,
        warnings=service.holdings.warnings(collection),
    )


def make_collection(
    service: Service, wanted: NewCollection, access: Access = OPERATOR
) -> Collection:
    """Make a collection of the caller's as asked for.

    Raises:
        Forbidden: it would be another tenant's.
        InvalidRequest: the name, a language or the encoder is not usable.
        CollectionExists: one of that name is built otherwise.
    """
    language = tuple(wanted.language) if wanted.language else None
    is_default = wanted.encoder is None and wanted.rows is None and not wanted.words
    name = wanted.encoder or service.settings.encoder
    encoder = None if is_default else EncoderChoice(name, wanted.rows, words=wanted.words)
    made = service.create_collection(access.own_name(wanted.name), language, encoder=encoder)
    if wanted.visibility in (None, made.visibility):
        return made
    return service.catalog.show_collection(made.name, wanted.visibility)


def document_body(document: Document) -> DocumentBody:
    """Show a document."""
    return DocumentBody(
        id=str(document.id),
        name=shown(document.name),
        state=document.state,
        pages=document.n_pages,
        error=_error(document.failure),
        metadata=document.metadata,
    )


def document_details(service: Service, document: Document) -> DocumentDetails:
    """Show a document, the pages that could not be read, and those that are not what they seem."""
    pages = service.catalog.pages(document.generation) if document.generation else []
    failed = [
        FailedPage(page=page.number, code=page.failure.code, message=page.failure.message)
        for page in pages
        if page.failure is not None
    ]
    return DocumentDetails(
        **dict(document_body(document)),
        failed_pages=failed,
        flags=sorted({flag for page in pages for flag in page.flags}),
        hidden_words=sum(page.n_hidden for page in pages),
        flagged_pages=[_flagged(page) for page in pages if page.flags or page.n_hidden],
    )


def upload_body(document: Document, job: Job | None) -> Upload:
    """Show an accepted upload."""
    return Upload(document=document_body(document), job=JobRef(id=str(job.id)) if job else None)


def job_body(job: Job) -> JobBody:
    """Show a job."""
    return JobBody(
        id=str(job.id),
        document=str(job.document),
        state=job.state,
        stage=job.stage,
        pages_done=job.pages_done,
        pages_total=job.pages_total,
        attempts=job.attempts,
        error=_error(job.failure),
    )


def reindex_body(found: RebuildProgress) -> ReindexBody:
    """Show a rebuild."""
    return ReindexBody(
        collection=found.collection.name,
        state=found.rebuild.state,
        rollback=found.rebuild.is_rollback,
        answers=_index(found.collection.manifest),
        other=_index(found.rebuild.manifest),
        pages_done=found.pages_done,
        pages_total=found.pages_total,
        error=_error(found.rebuild.failure),
    )


def search_body(found: SearchResult) -> SearchResponse:
    """Show found pages."""
    return SearchResponse(hits=hit_bodies(found), timings=rounded_timings(found))


def answer_body(collection: str, answer: Answer, found: SearchResult) -> AnswerResponse:
    """Show an answer."""
    return AnswerResponse(
        answer=shown(answer.text),
        refused=answer.refused,
        grounded=answer.grounded,
        model=answer.model,
        sentences=_sentences(answer),
        citations=_citations(collection, answer),
        warnings=list(answer.warnings),
        usage=UsageBody(
            input_tokens=answer.usage.input_tokens,
            output_tokens=answer.usage.output_tokens,
            estimated_input_tokens=answer.usage.estimated_input_tokens,
            by_model=[ModelUsageBody(**asdict(one)) for one in answer.usage.by_model],
        ),
        timings=rounded_timings(found),
    )


def citations_body(collection: str, answer: Answer) -> CitationsBody:
    """Show what an answer stands on."""
    return CitationsBody(
        grounded=answer.grounded,
        sentences=_sentences(answer),
        citations=_citations(collection, answer),
    )


def hit_bodies(found: SearchResult) -> list[HitBody]:
    """Show the pages of a search."""
    return [_hit(hit) for hit in found.hits]


def as_arms(names: Sequence[Arm] | None) -> frozenset[Arm]:
    """Read arms; all of them when left out."""
    return ALL_ARMS if names is None else frozenset(names)


def as_scope(body: FilterBody | None) -> PageScope:
    """Read a filter.

    Raises:
        InvalidFilter: a condition is not understood.
        NotFound: a document id is no id.
    """
    if body is None:
        return PageScope()
    only = DocumentFilter(
        documents=[parse_id(document) for document in body.documents],
        names=body.names,
        metadata=body.metadata,
    )
    if body.pages is None:
        return PageScope(only)
    return PageScope(only, first=body.pages.first, last=body.pages.last)


def image_path(collection: str, document: str, page: int) -> str:
    """Return where the API serves a page's picture."""
    return f"/v1/collections/{collection}/documents/{document}/pages/{page}/image"


def _flagged(page: StoredPage) -> FlaggedPage:
    return FlaggedPage(
        page=page.number,
        flags=list(page.flags),
        hidden_words=page.n_hidden,
        lines_left_out=page.n_set_aside,
    )


def _hit(hit: Hit) -> HitBody:
    return HitBody(
        document=str(hit.document),
        name=shown(hit.name),
        page=hit.page,
        score=round(hit.score, SCORE_DECIMALS),
        relevance=round(hit.relevance, SCORE_DECIMALS),
        arms={name: round(score, SCORE_DECIMALS) for name, score in hit.arms.items()},
        regions=[_region(region) for region in hit.regions],
        warnings=list(hit.flags),
    )


def _region(region: Region) -> RegionBody:
    return RegionBody(
        box=rounded_box(region.box),
        score=round(region.score, SCORE_DECIMALS),
        text=shown(region.text),
    )


def _citation(collection: str, citation: Citation) -> CitationBody:
    return CitationBody(
        document=citation.document,
        name=shown(citation.name),
        page=citation.page,
        box=rounded_box(citation.box),
        quote=shown(citation.quote),
        verified=citation.is_verified,
        image=image_path(collection, citation.document, citation.page),
        warnings=list(citation.flags),
    )


def _citations(collection: str, answer: Answer) -> list[CitationBody]:
    return [_citation(collection, citation) for citation in answer.citations]


def _sentences(answer: Answer) -> list[SentenceBody]:
    return [
        SentenceBody(text=shown(sentence.text), citations=list(sentence.citations))
        for sentence in answer.sentences
    ]


def rounded_box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Show a box."""
    left, top, right, bottom = (round(edge, SCORE_DECIMALS) for edge in box)
    return left, top, right, bottom


def _index(manifest: IndexManifest) -> IndexBody:
    return IndexBody(
        encoder=manifest.encoder, revision=manifest.encoder_revision, rows=manifest.rows
    )


def _error(failure: Failure | None) -> ErrorBody | None:
    return ErrorBody(code=failure.code, message=failure.message) if failure else None


def rounded_timings(found: SearchResult) -> dict[str, float]:
    """Show milliseconds by stage."""
    return {stage: round(ms, 1) for stage, ms in found.timings.items()}
