"""Keeping a run in the data folder, where the service lists it."""

from pathlib import Path

from api.golden.evaluations import EvaluationBody, Evaluations, EvaluationSummary
from eval.figures import figures, headlines
from eval.record import RunRecord


def keep_run(data: Path, record: RunRecord, report: str) -> EvaluationBody:
    """Keep the record of a run and its report in a data folder."""
    summary = EvaluationSummary(
        name=record.data_set,
        collection=record.circumstances.collection["name"],
        created_at=record.circumstances.finished,
        figures=headlines(figures(record), record.arms[0]),
    )
    return Evaluations(data).keep(summary, record=record.to_json(), report=report)
