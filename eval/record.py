"""What a run of an evaluation leaves behind: everything that figures and reports are made from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from eval.datasets.base import EvalQuestion, Judging
from index.errors import InvalidRequest
from index.records import Box

FORMAT = 1


@dataclass(frozen=True, slots=True)
class FoundPage:
    """A page that a search found; the document by its file's name without its ending."""

    document: str
    page: int
    score: float
    relevance: float


@dataclass(frozen=True, slots=True)
class Found:
    """What one search found, best first, and the milliseconds until the reply was there."""

    pages: tuple[FoundPage, ...]
    ms: float


@dataclass(frozen=True, slots=True)
class Cited:
    """Where an answer stands, shown to be there; the document as in `FoundPage`."""

    document: str
    page: int
    box: Box
    quote: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the service answered.

    Attributes:
        ms: until the answer was complete.
        first_token_ms: until its first words were there; as `ms` where nothing is streamed.
    """

    text: str
    refused: bool
    grounded: bool
    model: str
    cited: tuple[Cited, ...]
    input_tokens: int
    output_tokens: int
    ms: float
    first_token_ms: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Attributes:
        found: what the search found, for each set of arms that was tried.
        answer: none where answers were not asked for.
    """

    question: EvalQuestion
    found: Mapping[str, Found]
    answer: Given | None


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What was measured, with what, where and when.

    Attributes:
        commit: of the source tree, with a `+` where it had changes; empty where there is none.
        packages: versions of what decides results.
        collection: as the service shows it, with its manifest and the pins of its models.
        settings: of the service, without its secrets; empty where it runs elsewhere.
        failed: documents that could not be indexed, by name, with the reason's code.
        bytes_per_page: disk that vectors and sidecar take; none where the service runs elsewhere.
    """

    started: datetime
    finished: datetime
    version: str
    commit: str
    machine: Mapping[str, str]
    packages: Mapping[str, str]
    collection: Mapping[str, Any]
    settings: Mapping[str, Any]
    n_documents: int
    n_pages: int
    failed: Mapping[str, str]
    bytes_per_page: float | None


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run.

    Attributes:
        data_set: name of the data set.
        sha256: of its questions and judgements.
        arms: the sets of arms that were tried; the first one is what users get.
    """

    data_set: str
    sha256: str
    judged: Judging
    arms: tuple[str, ...]
    circumstances: Circumstances
    outcomes: tuple[Outcome, ...] = field(repr=False)
    format: int = FORMAT

    @classmethod
    def read(cls, path: Path) -> "RunRecord":
        """Read what `write` wrote.

        Raises:
            InvalidRequest: the file is missing or holds something else.
        """
        try:
            found = _ADAPTER.validate_json(path.read_bytes())
        except OSError as error:
            raise InvalidRequest(f"{path} is not the record of a run: {error}") from error
        except ValidationError as error:
            told = error.errors(include_url=False)[0]["msg"]
            raise InvalidRequest(f"{path} is not the record of a run: {told}") from error
        if found.format != FORMAT:
            raise InvalidRequest(f"{path} is of format {found.format}, this version reads {FORMAT}")
        return found

    def to_json(self) -> bytes:
        """Return the record as JSON."""
        return _ADAPTER.dump_json(self)

    def write(self, path: Path) -> None:
        """Write the record as JSON."""
        path.write_bytes(self.to_json())


_ADAPTER = TypeAdapter(RunRecord)
