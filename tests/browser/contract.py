"""Stand-ins for routes of the REST contract that the page calls; a service's own come first."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, StreamingResponse

from api.bodies import job_body
from api.schemas import JobBody
from api.service import Service

ENDED = ("done", "failed", "cancelled")
REPORT = """<!doctype html><html><head><style>h1 { color: rgb(1, 2, 3); }</style></head>
<body><h1>How well it does</h1><script>document.title = "ran"; top.location = "/ran";</script>
<img src="x" onerror="document.title = 'ran'"></body></html>"""
router = APIRouter(prefix="/v1")


def with_contract(app: FastAPI) -> FastAPI:
    """Add the stand-ins to an application."""
    app.state.questions = {}
    app.include_router(router)
    return app


@router.get("/collections/{collection}/questions")
def list_questions(request: Request) -> dict[str, Any]:
    return {"questions": list(request.app.state.questions.values()), "next": None}


@router.post("/collections/{collection}/questions", status_code=201)
def add_question(body: dict[str, Any], request: Request) -> dict[str, Any]:
    kept: dict[str, Any] = {"id": uuid4().hex, **body, "is_stale": False}
    request.app.state.questions[kept["id"]] = kept
    return kept


@router.put("/collections/{collection}/questions/{question}")
def change_question(question: str, body: dict[str, Any], request: Request) -> dict[str, Any]:
    kept: dict[str, Any] = {"id": question, **body, "is_stale": False}
    request.app.state.questions[question] = kept
    return kept


@router.delete("/collections/{collection}/questions/{question}", status_code=204)
def delete_question(question: str, request: Request) -> None:
    del request.app.state.questions[question]


@router.get("/collections/{collection}/questions.jsonl")
def export_questions(request: Request) -> Response:
    lines = "".join(json.dumps(one) + "\n" for one in request.app.state.questions.values())
    return Response(lines, media_type="application/jsonl")


@router.get("/evaluations")
def list_evaluations() -> dict[str, Any]:
    figures = {"recall@1": 0.893, "nDCG@5": 0.959}
    made = "2026-01-02T03:04:05Z"
    return {"evaluations": [{"id": "e1", "name": "demo", "created_at": made, "figures": figures}]}


@router.get("/evaluations/{evaluation}/report")
def show_report() -> HTMLResponse:
    return HTMLResponse(REPORT, headers={"Content-Security-Policy": "default-src 'none'"})


@router.get("/collections/{collection}/jobs")
def list_jobs(collection: str, state: str, request: Request) -> dict[str, Any]:
    service: Service = request.app.state.service
    found = [job_body(job) for job in service.ledger.open_jobs() if job.collection == collection]
    return {"jobs": [job.model_dump() for job in found if job.state == state], "next": None}


@router.get("/jobs/{job}/events")
def job_events(job: UUID, request: Request) -> StreamingResponse:
    return StreamingResponse(_told(request.app.state.service, job), media_type="text/event-stream")


@router.post("/jobs/{job}/retry", status_code=202)
def retry_job(job: UUID, request: Request) -> JobBody:
    """Hand the same bytes in again."""
    service: Service = request.app.state.service
    failed = service.ledger.job(job)
    document = service.catalog.document(failed.collection, failed.document)
    original = service.blobs.read(document.sha256)
    _, again = service.upload(failed.collection, document.name, [original], document.metadata)
    assert again is not None
    return job_body(again)


async def _told(service: Service, job: UUID) -> AsyncIterator[str]:
    before, told = "", 0
    while True:
        found = await run_in_threadpool(service.ledger.job, job)
        body = job_body(found).model_dump_json()
        if body != before:
            yield f"event: job\ndata: {body}\n\n"
            before = body
        for page in (await run_in_threadpool(service.catalog.pages, found.generation))[told:]:
            told += 1
            state = "failed" if page.failure else "ready"
            told_page = json.dumps({"page": page.number, "state": state})
            yield f"id: {page.number}\nevent: page\ndata: {told_page}\n\n"
        if found.state in ENDED:
            yield f"event: done\ndata: {body}\n\n"
            return
        await asyncio.sleep(0.05)
