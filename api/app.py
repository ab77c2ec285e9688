"""The HTTP application: REST under `/v1`, probes, OpenAPI at `/docs`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import problems
from api.desk import LocalDesk
from api.readiness import watch_state
from api.request_watch import RequestWatch
from api.routes import collection, document, extract, job, page, probe, question, reindex
from api.service import Service
from api.turn_taking import TakeTurns, address, lines

MULTIPART_OVERHEAD = 1 << 20


def create_app(service: Service, *, work: bool = True) -> FastAPI:
    """Return the application over a service.

    Args:
        service: what answers; the application closes it when it shuts down.
        work: index documents in this process too.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        if work:
            service.worker.start()
        yield
        await run_in_threadpool(service.close)

    max_bytes = service.settings.max_bytes + MULTIPART_OVERHEAD
    app = FastAPI(
        title="Pagesight",
        summary="Answers questions over document collections by looking at the pages.",
        version="0.1.0",
        lifespan=lifespan,
    )
    app.state.ready = ready = watch_state(service)
    metrics, queues = service.telemetry.metrics, lines(service.settings)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=max_bytes)
    app.add_middleware(problems.DeclaredSize, max_bytes=max_bytes)
    app.add_middleware(TakeTurns, lines=queues, caller=address, metrics=metrics)
    app.add_middleware(RequestWatch, telemetry=service.telemetry, ending=lambda: ready.is_ending)
    app.state.desk = LocalDesk(service)
    app.state.service = service
    problems.install(app)
    for routes in (collection, document, page, job, question, extract, reindex):
        app.include_router(routes.router, prefix="/v1")
    app.include_router(probe.router)
    return app
