"""Sends spans to an OTLP collector over HTTP, in the background; a dead collector costs nothing."""

from collections.abc import Callable
from dataclasses import dataclass

from opentelemetry.trace import Tracer


@dataclass(frozen=True, slots=True)
class Exporting:
    """A tracer whose spans are sent on; `close` sends what is left."""

    tracer: Tracer
    close: Callable[[], None]


def open_exporting(url: str) -> Exporting:
    """Return what sends spans to the collector whose base address is `url`."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415  slow to import, and off by default
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  likewise
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  likewise
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  likewise

    about = Resource.create({"service.name": "pagesight"})
    provider = TracerProvider(resource=about, shutdown_on_exit=False)
    exporter = OTLPSpanExporter(f"{url.rstrip('/')}/v1/traces", timeout=5)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Exporting(provider.get_tracer("pagesight"), provider.shutdown)
