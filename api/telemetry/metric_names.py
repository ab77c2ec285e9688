"""The metrics that a process has: what each one measures, and its labels.

Labels have few values, known beforehand or set by who runs the service: never a tenant, a
collection, a document or a path.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
MOMENTS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
MINUTES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0, 120.0, 300.0, 1200.0)


@dataclass(frozen=True, slots=True)
class MetricName:
    """One metric.

    Attributes:
        name: without the suffixes that Prometheus gives to its kind.
        told: what it measures, one sentence.
        labels: that tell its series apart.
        buckets: upper bounds of a histogram, in seconds.
    """

    name: str
    kind: Kind
    told: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


REQUEST_SECONDS = MetricName(
    "pagesight_http_request_seconds",
    "histogram",
    "time from a request's first byte to the last of its answer, streams to their end",
    ("method", "route", "status"),
    MOMENTS,
)
REQUESTS_OPEN = MetricName(
    "pagesight_http_requests_open", "gauge", "requests that are being answered or wait"
)
TURNS_TAKEN = MetricName("pagesight_turns_at_work", "gauge", "requests at work", ("kind",))
TURNS_WAITING = MetricName(
    "pagesight_turns_waiting", "gauge", "requests that wait for their turn", ("kind",)
)
TURN_WAIT_SECONDS = MetricName(
    "pagesight_turn_wait_seconds",
    "histogram",
    "time that requests waited for their turn, whether they got it or not",
    ("kind", "outcome"),
    MOMENTS,
)
SEARCH_SECONDS = MetricName(
    "pagesight_search_stage_seconds",
    "histogram",
    "time of a search's stages: encode, read, score, rescore, regions; `all` of them",
    ("stage",),
    MOMENTS,
)
ANSWER_SECONDS = MetricName(
    "pagesight_answer_stage_seconds",
    "histogram",
    "time of an answer's stages after the search: plan, answer",
    ("stage",),
    MINUTES,
)
FIRST_TOKEN_SECONDS = MetricName(
    "pagesight_answer_first_token_seconds",
    "histogram",
    "time from a question to the first sentence of its answer, the search included",
    (),
    MINUTES,
)
ANSWERS = MetricName(
    "pagesight_answers",
    "counter",
    "answers by how they ended: grounded, ungrounded, refused, or the code of what failed",
    ("outcome",),
)
MODEL_SECONDS = MetricName(
    "pagesight_model_call_seconds",
    "histogram",
    "time of a call to a vision-language model, each try for itself",
    ("model", "outcome"),
    MINUTES,
)
MODEL_TOKENS = MetricName(
    "pagesight_model_tokens",
    "counter",
    "tokens that a model read and wrote, as its endpoint counts them",
    ("model", "direction"),
)
MODEL_CIRCUIT = MetricName(
    "pagesight_model_circuit",
    "gauge",
    "whether a model is called: 0 yes, 1 one call is tried, 2 it is left alone",
    ("model",),
)
INGEST_SECONDS = MetricName(
    "pagesight_ingest_stage_seconds",
    "histogram",
    "time of a stage of indexing for a chunk of pages: read, encode, store; or for a document: "
    "publish",
    ("stage",),
    MINUTES,
)
PAGES = MetricName(
    "pagesight_pages",
    "counter",
    "pages of ended jobs: what drew them, where their words come from, and `ok` or the code of "
    "what failed",
    ("engine", "word_source", "outcome"),
)
JOBS = MetricName(
    "pagesight_jobs", "counter", "jobs that ended in this process", ("state", "reason")
)
JOB_SECONDS = MetricName(
    "pagesight_job_seconds",
    "histogram",
    "time of one attempt at a job",
    ("state",),
    MINUTES,
)
JOBS_OPEN = MetricName(
    "pagesight_jobs_open", "gauge", "jobs of all processes that have not ended", ("state",)
)
OLDEST_JOB = MetricName(
    "pagesight_oldest_queued_job_seconds", "gauge", "age of the oldest job that is not begun"
)
DISK_FREE = MetricName("pagesight_disk_free_bytes", "gauge", "free disk of the data folder")
DISK_WATERMARK = MetricName(
    "pagesight_disk_watermark_bytes", "gauge", "below this much free disk new work is refused"
)
READY = MetricName(
    "pagesight_ready",
    "gauge",
    "1 where a check of `/readyz` holds, `all` of them together",
    ("check",),
)

MEASURED = (
    REQUEST_SECONDS,
    REQUESTS_OPEN,
    TURNS_TAKEN,
    TURNS_WAITING,
    TURN_WAIT_SECONDS,
    SEARCH_SECONDS,
    ANSWER_SECONDS,
    FIRST_TOKEN_SECONDS,
    ANSWERS,
    MODEL_SECONDS,
    MODEL_TOKENS,
    MODEL_CIRCUIT,
    INGEST_SECONDS,
    PAGES,
    JOBS,
    JOB_SECONDS,
)
LOOKED_UP = (JOBS_OPEN, OLDEST_JOB, DISK_FREE, DISK_WATERMARK, READY)
EVERY = MEASURED + LOOKED_UP
