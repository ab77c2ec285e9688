"""Write docs/metrics.md from the names of the metrics, so that it cannot say anything else.

python -m tools.write_metrics
"""

from pathlib import Path

from api.telemetry.metric_names import EVERY, MetricName

PAGE = Path(__file__).parents[1] / "docs" / "metrics.md"
SUFFIXES = {"counter": "_total", "gauge": "", "histogram": ""}
HEAD = """\
# Metrics

Written by `tools/write_metrics.py` from `api/telemetry/metric_names.py`. `pagesight serve` tells
them at `/metrics`, `pagesight worker` at `PAGESIGHT_METRICS_PORT`, with Prometheus' own of the
process (`process_*`, `python_*`). No label holds a tenant, a collection or a document. Histograms
are in seconds, and come as `_bucket`, `_sum` and `_count`.

| metric | kind | labels | what it measures |
|---|---|---|---|
"""


def metrics() -> str:
    """Return the page: one row for each metric."""
    return HEAD + "".join(map(_row, EVERY))


def main() -> None:
    """Write the page."""
    PAGE.write_text(metrics(), encoding="utf-8")


def _row(name: MetricName) -> str:
    labels = ", ".join(f"`{label}`" for label in name.labels)
    return f"| `{name.name}{SUFFIXES[name.kind]}` | {name.kind} | {labels} | {name.told} |\n"


if __name__ == "__main__":
    main()
