"""The HTTP application: the web page, REST under `/v1`, MCP at `/mcp`, probes, `/docs`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import problems
from api.audit.trail import AuditTrail
from api.chat.problems import OpenAIErrors
from api.checkup.readiness import watch_state
from api.desk import LocalDesk
from api.door.door import Door
from api.door.intake import IntakeDoor
from api.door.sentry import SendAway, Sentry
from api.door.turn_taking import TakeTurns, lines, tenant
from api.door.watch import RequestWatch
from api.holdings.following import Following
from api.jobs.watching import JobWatch
from api.mcp.server import serve_mcp
from api.openapi import description
from api.routes import (
    audit,
    chat,
    checkup,
    collection,
    document,
    erasure,
    evaluation,
    extract,
    fetched,
    golden,
    job,
    key,
    page,
    points,
    probe,
    question,
    reindex,
    spending,
    web,
)
from api.service import Service
from index.catalog.audit import AuditLog

MULTIPART_OVERHEAD = 1 << 20
REST = (
    collection,
    document,
    fetched,
    page,
    job,
    question,
    extract,
    reindex,
    golden,
    evaluation,
    key,
    spending,
    audit,
    erasure,
    points,
    checkup,
    chat,
)


def create_app(service: Service, *, work: bool = True) -> FastAPI:
    """Return the application over a service.

    Args:
        service: what answers; the application closes it when it shuts down.
        work: index documents in this process too.
    """
    embedded = service.settings.vectors == "edge"
    following = Following(service.catalog, service.scoring)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if work:
            service.worker.start()
        service.answering.warm()
        if not embedded:
            following.start()
        async with running_mcp():
            yield
        await app.state.watch.end()
        await run_in_threadpool(following.stop)
        await run_in_threadpool(service.close)

    max_bytes = service.settings.max_bytes + MULTIPART_OVERHEAD
    app = FastAPI(
        title="Pagesight",
        summary="Answers questions over document collections by looking at the pages.",
        version="0.1.0",
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours tell what they do
    )
    description.describe(app)
    app.state.ready = ready = watch_state(service)
    metrics, queues = service.telemetry.metrics, lines(service.settings)
    app.add_middleware(AuditTrail, log=AuditLog(service.database.engine))
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=max_bytes)
    app.add_middleware(IntakeDoor, check=service.capacity.check)
    app.add_middleware(TakeTurns, lines=queues, caller=tenant, metrics=metrics)
    app.add_middleware(Door, doorkeeper=service.doorkeeper)
    app.add_middleware(problems.DeclaredSize, max_bytes=max_bytes)
    app.add_middleware(OpenAIErrors)
    app.add_middleware(RequestWatch, telemetry=service.telemetry, ending=lambda: ready.is_ending)
    sentry = Sentry(queues, service.doorkeeper.recall, metrics)
    app.add_middleware(SendAway, sentry=sentry)
    app.state.refuse = sentry.refuse  # for `PatientHttp`, which asks before all of this
    app.state.desk = LocalDesk(service)
    app.state.service = service
    app.state.watch = JobWatch(service.ledger.look)
    problems.install(app)
    include_routes(app)
    running_mcp = serve_mcp(app, service.settings.hosts)
    return app


def include_routes(app: FastAPI) -> None:
    """Add every route."""
    for routes in REST:
        app.include_router(routes.router, prefix="/v1")
    app.include_router(probe.router)
    app.include_router(web.router)
    app.mount("/web", web.files)
