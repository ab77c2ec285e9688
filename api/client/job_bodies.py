"""The JSON of jobs in lists, of their pages and events, and of the list of models."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from api.schemas import Body, ErrorBody, JobBody


class JobList(Body):
    """One page of the list; pass `next` as `cursor` for the following one."""

    jobs: list[JobBody]
    next: str | None


class JobPage(Body):
    """A page that a job is done with."""

    page: int
    state: Literal["ready", "failed"]
    word_source: str
    engine: str
    n_words: int
    n_rows: int
    flags: list[str]
    error: ErrorBody | None


class JobPages(Body):
    """The pages that a job is done with; those not listed are still to come."""

    pages: list[JobPage]


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
    body: JobBody | JobPage
    id: str
