"""What only the client has shapes for: events of jobs, and the list of models."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from api.jobs.bodies import PageStatus
from api.schemas import JobBody


class ModelBody(BaseModel):
    """A collection, as the OpenAI-compatible API lists it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str


class ModelList(BaseModel):
    """What may stand as `model` in chat completions."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    data: list[ModelBody]


@dataclass(frozen=True, slots=True)
class JobEvent:
    """What became of a job: `job` and `done` tell the job, `page` a page of it.

    Attributes:
        id: where to go on after a lost connection.
    """

    name: Literal["job", "page", "done"]
    body: JobBody | PageStatus
    id: str
