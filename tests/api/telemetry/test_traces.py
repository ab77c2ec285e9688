import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.app import create_app
from api.service import Service
from api.settings import Settings
from index.catalog.database import Database
from tests.api.telemetry.test_metrics import CANARY, DAMS
from tests.conftest import open_service
from tests.scripted_model import ScriptedModel, failing, reply, streamed
from tests.serving import HERE, served
from tests.tiny import HashedWords, index

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


class Collector:
    """An OTLP collector that keeps the spans it gets."""

    def __init__(self) -> None:
        self.url = ""
        self.received: list[bytes] = []
        self.app = Starlette(routes=[Route("/v1/traces", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        self.received.append(await request.body())
        return Response(b"", media_type="application/x-protobuf")

    def spans(self) -> list[Span]:
        found = []
        for body in self.received:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found

    def span(self, name: str) -> Span:
        return next(span for span in self.spans() if span.name == name)

    def names(self) -> set[str]:
        return {span.name for span in self.spans()}


@pytest.fixture
def collector() -> Iterator[Collector]:
    opened = Collector()
    with served(opened.app) as url:
        opened.url = url
        yield opened


@pytest.fixture
def traced(
    collector: Collector,
    model: ScriptedModel,
    database: Database,
    data_folder: Path,
    encoder: HashedWords,
) -> Service:
    """A service that sends its traces and asks the model; a test's client closes it."""
    asks = {"vlm_url": model.url, "vlm_model": "painter", "vlm_retries": 0}
    return open_service(data_folder, database, encoder, otlp_url=collector.url, **asks)


def attributes(span: Span) -> dict[str, str | int]:
    return {one.key: one.value.int_value or one.value.string_value for one in span.attributes}


def ask(service: Service, question: str = "Where do herons nest?") -> int:
    """Index, ask over HTTP and close, which sends what is left."""
    index(service, f"{CANARY}.pdf", DAMS)
    with TestClient(create_app(service, work=False), base_url=HERE) as client:
        return client.post(
            "/v1/collections/default/answers",
            json={"query": question},
            headers={"traceparent": PARENT},
        ).status_code


def test_an_answer_is_one_trace_from_the_caller_to_the_model(
    traced: Service, collector: Collector, model: ScriptedModel
) -> None:
    model.plays(streamed(reply(("Herons nest on the island.", [("P1", "Herons nest")]))))
    assert ask(traced) == 200
    request = collector.span("POST /v1/collections/{collection}/answers")
    answer, search = collector.span("answer"), collector.span("search")
    scoring, call = collector.span("search.score"), collector.span("chat painter")

    assert request.trace_id.hex() == TRACE
    assert request.parent_span_id.hex() == PARENT.split("-")[2]
    assert {one.trace_id for one in (answer, search, scoring, call)} == {request.trace_id}
    assert answer.parent_span_id == request.span_id
    assert search.parent_span_id == call.parent_span_id == answer.span_id
    assert scoring.parent_span_id == search.span_id
    sent = model.headers[-1]["traceparent"].split("-")
    assert sent[1:3] == [TRACE, call.span_id.hex()]


def test_spans_say_how_it_went_by_the_conventions(
    traced: Service, collector: Collector, model: ScriptedModel
) -> None:
    model.plays(streamed(reply(("Herons nest on the island.", [("P1", "Herons nest")]))))
    ask(traced)

    call = collector.span("chat painter")
    assert call.kind == Span.SPAN_KIND_CLIENT
    assert attributes(call) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "painter",
        "gen_ai.usage.input_tokens": 900,
        "gen_ai.usage.output_tokens": 30,
    }
    request = collector.span("POST /v1/collections/{collection}/answers")
    assert request.kind == Span.SPAN_KIND_SERVER
    assert attributes(request)["http.response.status_code"] == 200
    assert attributes(collector.span("answer"))["pagesight.outcome"] == "grounded"


def test_a_model_that_fails_marks_its_spans(
    traced: Service, collector: Collector, model: ScriptedModel
) -> None:
    model.plays(failing(500, message=CANARY))
    assert ask(traced) == 503

    call = collector.span("chat painter")
    assert attributes(call)["error.type"] == "CallFailed"
    assert call.status.message == ""
    assert not call.events
    assert attributes(collector.span("answer"))["error.type"] == "AnswerUnavailable"


def test_the_stages_of_a_job_are_in_its_span(traced: Service, collector: Collector) -> None:
    ask(traced)
    job = collector.span("ingest.job")

    for stage in ("ingest.read", "ingest.encode", "ingest.store", "ingest.publish"):
        assert collector.span(stage).parent_span_id == job.span_id
    assert attributes(job)["pagesight.state"] == "done"


def test_no_span_holds_a_word_of_a_document_or_a_question(
    traced: Service, collector: Collector
) -> None:
    ask(traced, f"Where is the {CANARY} island?")

    assert len(collector.names()) > 8
    assert CANARY.encode() not in b"".join(collector.received)


def test_without_a_collector_nothing_is_sent(service: Service, collector: Collector) -> None:
    ask(service)

    assert collector.received == []


def test_a_collector_that_is_away_is_no_reason_to_fail(
    database: Database,
    data_folder: Path,
    encoder: HashedWords,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.CRITICAL, logger="opentelemetry")
    service = open_service(data_folder, database, encoder, otlp_url="http://127.0.0.1:9")

    assert ask(service) == 200


def test_the_standard_variable_names_the_collector_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")

    assert Settings().otlp_url == "http://collector:4318"
