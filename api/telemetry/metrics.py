"""What a process measures, in a registry of its own, in the form that Prometheus reads."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from api.schemas import Readiness
from api.telemetry import metric_names
from api.telemetry.metric_names import MetricName
from index.catalog.backlog import Waiting
from index.errors import PagesightError

METRICS_TEXT = "text/plain; version=1.0.0; charset=utf-8"  # of what `Metrics.text` returns


class Metrics:
    """The metrics of one service; two in one process share nothing."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._state: State | None = None
        measured = metric_names.MEASURED
        self._gauges = {n: self._gauge(n) for n in measured if n.kind == "gauge"}
        self._counters = {n: self._counter(n) for n in measured if n.kind == "counter"}
        self._histograms = {n: self._histogram(n) for n in measured if n.kind == "histogram"}
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)

    def count(self, name: MetricName, *labels: str, by: float = 1) -> None:
        """Add to a counter."""
        counter = self._counters[name]
        (counter.labels(*labels) if labels else counter).inc(by)

    def took(self, name: MetricName, seconds: float, *labels: str) -> None:
        """Put a time into a histogram."""
        histogram = self._histograms[name]
        (histogram.labels(*labels) if labels else histogram).observe(seconds)

    def follow(self, name: MetricName, value: Callable[[], float], *labels: str) -> None:
        """Have a gauge read its value when it is asked for."""
        gauge = self._gauges[name]
        (gauge.labels(*labels) if labels else gauge).set_function(value)

    def look_up(self, state: "State") -> None:
        """Have the metrics of the service's state read when they are asked for."""
        if self._state is not None:
            self.registry.unregister(self._state)
        self._state = state
        self.registry.register(state)

    def text(self) -> bytes:
        """Return all of them, as Prometheus reads them."""
        return generate_latest(self.registry)

    def _gauge(self, name: MetricName) -> Gauge:
        return Gauge(name.name, name.told, name.labels, registry=self.registry)

    def _counter(self, name: MetricName) -> Counter:
        return Counter(name.name, name.told, name.labels, registry=self.registry)

    def _histogram(self, name: MetricName) -> Histogram:
        told = (name.name, name.told, name.labels)
        return Histogram(*told, registry=self.registry, buckets=name.buckets)


@dataclass(frozen=True)
class State(Collector):
    """What is looked up when metrics are read: the queue, the disk, and whether all is well.

    Attributes:
        waiting: reads the queue.
        readiness: what `/readyz` says.
        folder: whose disk counts.
        min_free_bytes: of it.
    """

    waiting: Callable[[], Waiting]
    readiness: Callable[[], Readiness]
    folder: Path
    min_free_bytes: int

    def describe(self) -> Iterator[Metric]:
        """Name the metrics without reading anything."""
        yield from map(_family, metric_names.LOOKED_UP)

    def collect(self) -> Iterator[Metric]:
        """Read them; those of a queue that does not answer are left out, and `ready` says so."""
        try:
            waiting = self.waiting()
        except PagesightError:
            pass
        else:
            yield from _queue(waiting)
        yield _plain(metric_names.DISK_FREE, shutil.disk_usage(self.folder).free)
        yield _plain(metric_names.DISK_WATERMARK, self.min_free_bytes)
        yield _ready(self.readiness())


def _queue(waiting: Waiting) -> Iterator[Metric]:
    jobs = _family(metric_names.JOBS_OPEN)
    jobs.add_metric(["queued"], waiting.n_queued)
    jobs.add_metric(["running"], waiting.n_running)
    yield jobs
    yield _plain(metric_names.OLDEST_JOB, waiting.oldest_s)


def _ready(found: Readiness) -> Metric:
    ready = _family(metric_names.READY)
    ready.add_metric(["all"], float(found.ready))
    for check in found.checks:
        ready.add_metric([check.name], float(check.ok))
    return ready


def _plain(name: MetricName, value: float) -> Metric:
    family = _family(name)
    family.add_metric([], value)
    return family


def _family(name: MetricName) -> GaugeMetricFamily:
    return GaugeMetricFamily(name.name, name.told, labels=name.labels)
