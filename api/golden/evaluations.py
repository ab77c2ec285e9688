"""Evaluations kept in the data folder: `evaluations/ID` holds a summary, the record, the report.

What measures writes them, what serves lists them; neither needs to know the other.
"""

import hashlib
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

from pydantic import Field

from api.schemas import Body
from index.errors import EvaluationNotFound

FOLDER = "evaluations"
EVALUATION_ID = r"^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{12}$"
SUMMARY, RECORD, REPORT = "summary.json", "record.json", "report.html"


class EvaluationSummary(Body):
    """What was measured, when, and its main figures."""

    name: str = Field(description="of the data set")
    collection: str = Field(description="that was asked")
    created_at: datetime
    figures: dict[str, float] = Field(
        description="of all questions, with the search arms that users get",
        examples=[{"nDCG@5": 0.8}],
    )


class EvaluationBody(EvaluationSummary):
    """An evaluation that is kept."""

    id: str


class EvaluationList(Body):
    """Evaluations, the newest first."""

    evaluations: list[EvaluationBody]


class Evaluations:
    """Keeps evaluations.

    Args:
        data: the data folder.
    """

    def __init__(self, data: Path) -> None:
        self._folder = data / FOLDER

    def keep(self, summary: EvaluationSummary, *, record: bytes, report: str) -> EvaluationBody:
        """Keep an evaluation, whole or not at all; twice equals once."""
        digest = hashlib.sha256(record).hexdigest()[:12]
        name = f"{summary.created_at.astimezone(UTC):%Y%m%dT%H%M%SZ}-{digest}"
        self._folder.mkdir(parents=True, exist_ok=True)
        if not (self._folder / name).exists():
            beside = Path(mkdtemp(prefix=".", dir=self._folder))
            (beside / SUMMARY).write_text(summary.model_dump_json(), encoding="utf-8")
            (beside / RECORD).write_bytes(record)
            (beside / REPORT).write_text(report, encoding="utf-8")
            beside.rename(self._folder / name)
        return self.show(name)

    def list(self) -> list[EvaluationBody]:
        """Return what is kept, the newest first."""
        if not self._folder.is_dir():
            return []
        names = (path.name for path in self._folder.iterdir())
        found = [self.show(name) for name in names if re.fullmatch(EVALUATION_ID, name)]
        return sorted(found, key=lambda one: (one.created_at, one.id), reverse=True)

    def show(self, evaluation: str) -> EvaluationBody:
        """Return what an evaluation measured.

        Raises:
            EvaluationNotFound: none of that id is kept.
        """
        summary = EvaluationSummary.model_validate_json(self._read(evaluation, SUMMARY))
        return EvaluationBody(id=evaluation, **dict(summary))

    def record(self, evaluation: str) -> bytes:
        """Return everything that was measured, as JSON.

        Raises:
            EvaluationNotFound: none of that id is kept.
        """
        return self._read(evaluation, RECORD)

    def report(self, evaluation: str) -> bytes:
        """Return the page with figures, plots and misses, as HTML.

        Raises:
            EvaluationNotFound: none of that id is kept.
        """
        return self._read(evaluation, REPORT)

    def delete(self, evaluation: str) -> None:
        """Forget an evaluation.

        Raises:
            EvaluationNotFound: none of that id is kept.
        """
        self.show(evaluation)
        shutil.rmtree(self._folder / evaluation)

    def _read(self, evaluation: str, file: str) -> bytes:
        path = self._folder / evaluation / file
        if re.fullmatch(EVALUATION_ID, evaluation) is None or not path.is_file():
            raise no_evaluation(evaluation)
        return path.read_bytes()


def no_evaluation(evaluation: str) -> EvaluationNotFound:
    """Return the error that says so."""
    return EvaluationNotFound(f"no evaluation {evaluation!r} is kept here")
