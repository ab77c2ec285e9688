"""Traces by OpenTelemetry: a span for each request, and for what is done inside it.

Attributes are codes, counts and names of models: no question, no text, no name of a document. The
errors that end a span give it their class and nothing of their message, which may quote a document.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.trace import (
    NoOpTracer,
    Span,
    SpanKind,
    Status,
    StatusCode,
    Tracer,
    get_current_span,
)
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers

from answer.answers import Usage
from api.telemetry.exporting import Exporting, open_exporting

_W3C = TraceContextTextMapPropagator()
SERVER_ERROR = 500


class Traces:
    """Makes spans; without a collector they are nothing and cost nothing.

    Args:
        tracer: makes the spans.
        exporting: sends them on.
    """

    def __init__(self, tracer: Tracer, exporting: Exporting | None = None) -> None:
        self._tracer = tracer
        self._exporting = exporting

    @classmethod
    def open(cls, url: str | None) -> "Traces":
        """Return what sends spans to the OTLP collector at a URL, or nowhere."""
        if url is None:
            return cls(NoOpTracer())
        exporting = open_exporting(url)
        return cls(exporting.tracer, exporting)

    @contextmanager
    def request(self, method: str, headers: Headers) -> Iterator["RequestSpan"]:
        """Be inside a request, as a part of the caller's trace where it names one."""
        caller = _W3C.extract(dict(headers.items()))
        attributes = {"http.request.method": method}
        with self._tracer.start_as_current_span(
            method,
            context=caller,
            kind=SpanKind.SERVER,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            yield RequestSpan(span, method)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Be inside a step of work."""
        with (
            self._tracer.start_as_current_span(
                name, record_exception=False, set_status_on_exception=False
            ) as span,
            _failing(span),
        ):
            yield

    @contextmanager
    def call(self, model: str) -> Iterator["ModelSpan"]:
        """Be inside a call to a model."""
        attributes = {
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "openai",  # whose interface it speaks
            "gen_ai.request.model": model,
        }
        with (
            self._tracer.start_as_current_span(
                f"chat {model}",
                kind=SpanKind.CLIENT,
                attributes=attributes,
                record_exception=False,
                set_status_on_exception=False,
            ) as span,
            _failing(span),
        ):
            yield ModelSpan(span)

    def note(self, attributes: Mapping[str, str | int | bool]) -> None:
        """Say more about the step that is being done."""
        get_current_span().set_attributes(dict(attributes))

    def laps(self, name: str, laps_ms: Mapping[str, float]) -> None:
        """Add stages that came one after the other and have just ended."""
        began = time.time_ns() - round(1e6 * sum(laps_ms.values()))
        for stage, ms in laps_ms.items():
            ended = began + round(1e6 * ms)
            self._tracer.start_span(f"{name}.{stage}", start_time=began).end(ended)
            began = ended

    def close(self) -> None:
        """Send what is left; twice equals once."""
        if self._exporting is not None:
            self._exporting.close()


@dataclass(frozen=True, slots=True)
class RequestSpan:
    """The span of a request."""

    span: Span
    method: str

    def ended(self, route: str, status: int) -> None:
        """Tell what answered it, and how."""
        self.span.update_name(f"{self.method} {route}")
        self.span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= SERVER_ERROR:
            self.span.set_attribute("error.type", str(status))
            self.span.set_status(Status(StatusCode.ERROR))


@dataclass(slots=True)
class ModelSpan:
    """The span of a call to a model; its headers make the model's spans a part of the trace."""

    span: Span
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _W3C.inject(self.headers)

    def answered(self, usage: Usage) -> None:
        """Tell the tokens."""
        self.span.set_attribute("gen_ai.usage.input_tokens", usage.input_tokens)
        self.span.set_attribute("gen_ai.usage.output_tokens", usage.output_tokens)


@contextmanager
def _failing(span: Span) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(Status(StatusCode.ERROR))
        raise
