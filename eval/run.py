"""Asking a data set's questions through the service: what is measured is what users get."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import PurePath
from time import perf_counter

from api.commands.ingest import IngestReport, ingest_files
from api.desk import Desk
from api.questions.bodies import (
    AnswerRequest,
    AnswerResponse,
    CitationBody,
    SearchRequest,
    SearchResponse,
)
from api.schemas import DocumentDetails, NewCollection
from eval.circumstances import observe
from eval.datasets.base import EvalQuestion, EvalSet
from eval.record import Cited, Found, FoundPage, Given, Outcome, RunRecord
from index.errors import InvalidRequest
from index.records import Box

DEPTH = 10
LISTED = 1000
ARM_SETS = ("maxsim+bm25", "maxsim", "bm25")


class Examiner:
    """Asks one service about one collection.

    Args:
        desk: the service.
        collection: where the documents are, or go.
        arms: sets of arms to compare, their names joined by `+`; the first is what users get.
        answers: whether answers are asked for, too.
        exhaustive: whether searches score every page exactly.

    Raises:
        InvalidRequest: there is no set of arms.
    """

    def __init__(
        self,
        desk: Desk,
        collection: str,
        *,
        arms: Sequence[str] = ARM_SETS,
        answers: bool = True,
        exhaustive: bool = False,
    ) -> None:
        if not arms:
            raise InvalidRequest("at least one set of arms is needed, such as maxsim+bm25")
        self._desk = desk
        self._collection = collection
        self._arms = tuple(arms)
        self._answers = answers
        self._exhaustive = exhaustive

    def prepare(self, data_set: EvalSet, wanted: NewCollection | None = None) -> IngestReport:
        """Index the documents, as far as they are not, and wait; a set may have none of its own.

        Raises:
            CollectionNotFound: the set has questions alone, and no collection has that name.
        """
        if not data_set.corpus:
            return self._present()
        wanted = wanted or NewCollection(name=self._collection)
        return ingest_files(self._desk, wanted, data_set.corpus, metadata={})

    def run(
        self,
        data_set: EvalSet,
        report: IngestReport,
        on_question: Callable[[], object] = lambda: None,
    ) -> RunRecord:
        """Ask every question.

        Args:
            data_set: the questions.
            report: what became of the documents.
            on_question: called after each.
        """
        started = datetime.now(UTC)
        collection = self._desk.ensure_collection(NewCollection(name=self._collection))
        for arms in self._arms[: len(data_set.questions)]:  # what is read once is not measured
            self._search(data_set.questions[0].text, arms)
        outcomes = []
        for question in data_set.questions:
            outcomes.append(self._ask(question))
            on_question()
        return RunRecord(
            data_set=data_set.name,
            sha256=data_set.sha256,
            judged=data_set.judged,
            arms=self._arms,
            circumstances=observe(self._desk, collection, report, started),
            outcomes=tuple(outcomes),
        )

    def _present(self) -> IngestReport:
        """Report what the collection holds already."""
        documents: list[DocumentDetails] = []
        cursor: str | None = None
        while True:
            listed = self._desk.documents(self._collection, limit=LISTED, cursor=cursor)
            documents += [self._desk.document(self._collection, d.id) for d in listed.documents]
            cursor = listed.next
            if cursor is None:
                return IngestReport(documents=documents, rejected=[])

    def _ask(self, question: EvalQuestion) -> Outcome:
        found = {arms: self._search(question.text, arms) for arms in self._arms}
        return Outcome(question, found, self._answer(question.text) if self._answers else None)

    def _search(self, text: str, arms: str) -> Found:
        request = SearchRequest.model_validate(
            {
                "query": text,
                "limit": DEPTH,
                "arms": arms.split("+"),
                "exhaustive": self._exhaustive,
            }
        )
        started = perf_counter()
        response = self._desk.search(self._collection, request)
        return _found(response, _ms_since(started))

    def _answer(self, text: str) -> Given:
        request = AnswerRequest.model_validate({"query": text, "arms": self._arms[0].split("+")})
        started = perf_counter()
        response = self._desk.ask(self._collection, request)
        return _given(response, _ms_since(started))


def _ms_since(started: float) -> float:
    return round(1000 * (perf_counter() - started), 2)


def _found(response: SearchResponse, ms: float) -> Found:
    pages = (
        FoundPage(_stem(hit.name), hit.page, hit.score, hit.relevance) for hit in response.hits
    )
    return Found(tuple(pages), ms)


def _given(response: AnswerResponse, ms: float) -> Given:
    return Given(
        text=response.answer,
        refused=response.refused,
        grounded=response.grounded,
        model=response.model,
        cited=tuple(_cited(one) for one in response.citations if one.verified),
        input_tokens=response.usage.input_tokens,
        output_tokens=response.usage.output_tokens,
        ms=ms,
        first_token_ms=response.timings.get("first_token", ms),
    )


def _cited(citation: CitationBody) -> Cited:
    return Cited(_stem(citation.name), citation.page, Box(*citation.box), citation.quote)


def _stem(name: str) -> str:
    return PurePath(name).stem
