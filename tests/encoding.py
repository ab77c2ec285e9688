"""The encoder service in a test's own process, and an encoder that asks it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from starlette.applications import Starlette

from api.encoding.app import create_encoder_app
from api.encoding.routes import EncoderRoutes
from api.telemetry.metrics import Metrics
from api.telemetry.telemetry import Telemetry
from api.telemetry.traces import Traces
from index.encoders.base import Encoder
from index.encoders.service.encoder import ServedEncoder
from index.encoders.service.servers import Servers
from index.encoders.service.wire import Described
from index.records import Rows


def application(encoder: Encoder, **options: Any) -> Starlette:
    metrics = Metrics()
    routes = EncoderRoutes(encoder, metrics, **options)
    return create_encoder_app(routes, Telemetry(metrics, Traces.open(None)))


@contextmanager
def asking(*urls: str, encoder: Encoder, key: str = "") -> Iterator[ServedEncoder]:
    """An encoder that asks servers, which need not answer yet."""
    with closing(ServedEncoder(Described.of(encoder), Servers(urls, key))) as asked:
        yield asked


def assert_same(one: Rows, other: Rows) -> None:
    assert one.vectors.tobytes() == other.vectors.tobytes()
    assert one.boxes.tobytes() == other.boxes.tobytes()
    assert one.kinds.tobytes() == other.kinds.tobytes()
