"""Evaluations: what was measured in this data folder, and its reports."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from api.golden.evaluations import EVALUATION_ID, EvaluationList, Evaluations, no_evaluation
from api.routes.shared import AccessOf, ServiceOf, failures, needs
from index.errors import EvaluationNotFound

router = APIRouter(prefix="/evaluations", tags=["evaluations"])
NO_SCRIPT = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox"
)
REPORT_HEADERS = {"Content-Security-Policy": NO_SCRIPT, "X-Content-Type-Options": "nosniff"}


async def _evaluations(service: ServiceOf) -> Evaluations:
    return Evaluations(service.settings.data)


EvaluationsOf = Annotated[Evaluations, Depends(_evaluations)]


def _owned(
    evaluation: Annotated[str, Path(pattern=EVALUATION_ID, description="id of the evaluation")],
    kept: EvaluationsOf,
    access: AccessOf,
) -> str:
    if not access.owns(kept.show(evaluation).collection):
        raise no_evaluation(evaluation)
    return evaluation


EvaluationId = Annotated[str, Depends(_owned)]


def _answered(media_type: str, schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {"schema": schema}}}, **failures(EvaluationNotFound)}


@router.get("", dependencies=needs("eval"), responses=failures())
def list_evaluations(kept: EvaluationsOf, access: AccessOf) -> EvaluationList:
    """List what `pagesight eval run` measured of your collections, the newest first."""
    return EvaluationList(evaluations=[e for e in kept.list() if access.owns(e.collection)])


@router.get(
    "/{evaluation}",
    response_class=Response,
    dependencies=needs("eval"),
    responses=_answered("application/json", {"type": "object"}),
)
def show_evaluation(evaluation: EvaluationId, kept: EvaluationsOf) -> Response:
    """Return the record of an evaluation: every question, what was found, what was answered."""
    return Response(kept.record(evaluation), media_type="application/json")


@router.get(
    "/{evaluation}/report",
    response_class=Response,
    dependencies=needs("eval"),
    responses=_answered("text/html", {"type": "string"}),
)
def evaluation_report(evaluation: EvaluationId, kept: EvaluationsOf) -> Response:
    """Return the report of an evaluation, a page that runs no script."""
    return Response(kept.report(evaluation), media_type="text/html", headers=REPORT_HEADERS)


@router.delete(
    "/{evaluation}",
    status_code=204,
    dependencies=needs("eval"),
    responses=failures(EvaluationNotFound),
)
def delete_evaluation(evaluation: EvaluationId, kept: EvaluationsOf) -> None:
    """Delete an evaluation; its report shows pages of the documents that were measured on."""
    kept.delete(evaluation)
