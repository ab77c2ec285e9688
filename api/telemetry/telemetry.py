"""What the service tells about itself: each thing that happens, to metrics and traces alike."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from answer.answers import Answer, Usage
from answer.model.breaker import CircuitBreaker
from api.telemetry import metric_names
from api.telemetry.metrics import Metrics
from api.telemetry.traces import ModelSpan, Traces
from index.catalog.catalog import Catalog
from index.catalog.entries import Job
from index.catalog.jobs import JobLedger
from index.catalog.leases import OPEN_STATES
from index.errors import JobNotFound, PagesightError
from retrieval.hits import SearchResult

Item = TypeVar("Item")
CIRCUIT = {"closed": 0, "half_open": 1, "open": 2}
INGEST = "ingest."


class Telemetry:
    """Listens to all parts of a service.

    Args:
        metrics: counts and times.
        traces: spans.
    """

    def __init__(self, metrics: Metrics, traces: Traces) -> None:
        self.metrics = metrics
        self.traces = traces

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step of work; those of ingest have a metric of their own."""
        began = time.perf_counter()
        with self.traces.step(name):
            yield
        if name.startswith(INGEST):
            took = time.perf_counter() - began
            self.metrics.took(metric_names.INGEST_SECONDS, took, name.removeprefix(INGEST))

    def search(self, search: Callable[[], SearchResult]) -> SearchResult:
        """Search, and tell the time of each stage."""
        with self.traces.step("search"):
            found = search()
            self.traces.laps("search", found.timings)
            self.traces.note({"pagesight.hits": len(found.hits)})
        for stage, ms in [*found.timings.items(), ("all", sum(found.timings.values()))]:
            self.metrics.took(metric_names.SEARCH_SECONDS, ms / 1000, stage)
        return found

    def answering(self, items: Iterator[Item]) -> Generator[Item, None, None]:
        """Pass on what an answer is made of; failures are counted by their code."""
        with self.traces.step("answer"):
            try:
                yield from items
            except PagesightError as error:
                self.metrics.count(metric_names.ANSWERS, error.code)
                raise

    def answered(self, answer: Answer, timings_ms: Mapping[str, float]) -> None:
        """Tell how an answer ended, and its times."""
        outcome = "grounded" if answer.grounded else "ungrounded"
        outcome = "refused" if answer.refused else outcome
        self.metrics.count(metric_names.ANSWERS, outcome)
        for stage in ("plan", "answer"):
            self.metrics.took(metric_names.ANSWER_SECONDS, timings_ms[stage] / 1000, stage)
        first_s = timings_ms["first_token"] / 1000
        self.metrics.took(metric_names.FIRST_TOKEN_SECONDS, first_s)
        self.traces.note(
            {"pagesight.outcome": outcome, "pagesight.citations": len(answer.citations)}
        )

    @contextmanager
    def call(self, model: str) -> Iterator["WatchedCall"]:
        """Time a call to a model."""
        began, outcome = time.perf_counter(), "failed"
        try:
            with self.traces.call(model) as span:
                call = WatchedCall(model, span, self.metrics)
                yield call
            outcome = "answered"
        finally:
            took = time.perf_counter() - began
            self.metrics.took(metric_names.MODEL_SECONDS, took, model, outcome)

    def follow_circuit(self, model: str, breaker: CircuitBreaker) -> None:
        """Tell whether a model is called or left alone."""
        name = metric_names.MODEL_CIRCUIT
        self.metrics.follow(name, lambda: CIRCUIT[breaker.state], model)

    def close(self) -> None:
        """Send what is left."""
        self.traces.close()


@dataclass(frozen=True, slots=True)
class WatchedCall:
    """A call that is being made."""

    model: str
    span: ModelSpan
    metrics: Metrics

    @property
    def headers(self) -> Mapping[str, str]:
        """What makes the model's own spans a part of the trace."""
        return self.span.headers

    def answered(self, usage: Usage) -> None:
        """Count the tokens."""
        self.span.answered(usage)
        for direction, n in (("input", usage.input_tokens), ("output", usage.output_tokens)):
            self.metrics.count(metric_names.MODEL_TOKENS, self.model, direction, by=n)


class WatchedJobs:
    """Runs jobs and tells how they ended, by what the catalog says of them.

    Args:
        run: runs one.
        ledger: knows jobs.
        catalog: knows pages.
        telemetry: is told.
    """

    def __init__(
        self,
        run: Callable[[UUID], None],
        ledger: JobLedger,
        catalog: Catalog,
        telemetry: Telemetry,
    ) -> None:
        self._run = run
        self._ledger = ledger
        self._catalog = catalog
        self._telemetry = telemetry

    def run(self, job: UUID) -> None:
        """Run a job; one that is gone with its collection is not told of."""
        began = time.perf_counter()
        with self._telemetry.traces.step("ingest.job"):
            self._run(job)
            try:
                ended = self._ledger.job(job)
            except JobNotFound:
                return
            self._tell(ended, time.perf_counter() - began)

    def _tell(self, job: Job, took: float) -> None:
        metrics = self._telemetry.metrics
        metrics.took(metric_names.JOB_SECONDS, took, job.state)
        told = {"pagesight.job": str(job.id), "pagesight.state": job.state}
        self._telemetry.traces.note({**told, "pagesight.pages": job.pages_done})
        if job.state in OPEN_STATES:
            return
        metrics.count(metric_names.JOBS, job.state, job.failure.code if job.failure else "none")
        for page in self._catalog.pages(job.generation):
            outcome = page.failure.code if page.failure else "ok"
            labels = (page.engine or "none", page.word_source, outcome)
            metrics.count(metric_names.PAGES, *labels)
