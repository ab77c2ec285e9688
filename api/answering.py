"""Questions answered: pages found, then told by what the settings name."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from answer.answers import Answer, Token, refusal
from answer.persuasion import unless_persuaded
from answer.stop import Stop
from api import parts
from api.admission import Admission
from api.shown_pages import PageBudget, ShownPages
from api.telemetry import Telemetry
from index.errors import VlmUnavailable
from retrieval.hits import SearchQuery, SearchResult


class AnswerUnavailable(VlmUnavailable):
    """The model does not answer; the pages were found.

    Args:
        message: what is wrong with the model.
        found: the pages.
    """

    def __init__(self, message: str, found: SearchResult) -> None:
        super().__init__(message)
        self.found = found


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer, and what was found for it, with the time that both took."""

    answer: Answer
    found: SearchResult


class Answering:
    """Answers questions about the documents of a collection.

    Args:
        answerer: asks models; without one, answers are quotes.
        search: finds the pages.
        language: the leading language of a collection.
        admission: keeps the pages that may hold an answer.
        budget: plans what a model is shown of them.
        telemetry: is told how answers end.
    """

    def __init__(
        self,
        answerer: parts.Answerer | None,
        search: Callable[[str, SearchQuery], SearchResult],
        language: Callable[[str], str],
        admission: Admission,
        budget: PageBudget,
        telemetry: Telemetry,
    ) -> None:
        self._answerer = answerer
        self._search = search
        self._language = language
        self._admission = admission
        self._budget = budget
        self._telemetry = telemetry

    def ask(
        self, collection: str, query: SearchQuery, stop: Stop | None = None
    ) -> tuple[Answer, SearchResult]:
        """Answer a question, or refuse.

        Raises:
            InvalidRequest: no page fits into the model's cap of tokens.
            AnswerCancelled: it was stopped.
            AnswerUnavailable: the model does not answer.
        """
        *_, last = self.stream(collection, query, stop)
        if not isinstance(last, Answered):
            raise TypeError("the stream of an answer ends with the answer")
        return last.answer, last.found

    def stream(
        self, collection: str, query: SearchQuery, stop: Stop | None = None
    ) -> Iterator[SearchResult | Token | Answered]:
        """Yield the pages found, then the answer's sentences as they come, then all of it.

        Raises:
            InvalidRequest: no page fits into the model's cap of tokens.
            AnswerCancelled: it was stopped.
            AnswerUnavailable: the model does not answer.
        """
        return self._telemetry.answering(self._told(collection, query, stop))

    def plan(self, collection: str, query: SearchQuery) -> tuple[ShownPages, SearchResult]:
        """Find the pages of an answer and what a model would be shown of them, asking none."""
        found = self._search(collection, query)
        began = perf_counter()
        shown = self._shown(collection, query.text, found)
        return shown, replace(found, timings={**found.timings, "plan": _ms_since(began)})

    def close(self) -> None:
        """Let go of the models."""
        if self._answerer is not None:
            self._answerer.close()

    def _told(
        self, collection: str, query: SearchQuery, stop: Stop | None
    ) -> Iterator[SearchResult | Token | Answered]:
        asked = perf_counter()
        found = self._search(collection, query)
        yield found
        planning = perf_counter()
        shown = self._shown(collection, query.text, found)
        began = perf_counter()
        told: list[str] = []
        first_ms: float | None = None
        for item in self._stream(collection, query.text, (found, shown), stop):
            for token in [item] if isinstance(item, Token) else _untold(item, told):
                first_ms = first_ms or _ms_since(asked)
                told = [*told[: token.sentence], token.text]
                yield token
            if isinstance(item, Answer):
                timings = {
                    "plan": 1000 * (began - planning),
                    "answer": _ms_since(began),
                    "first_token": first_ms or _ms_since(asked),
                }
                self._telemetry.answered(item, timings)
                yield Answered(item, replace(found, timings={**found.timings, **timings}))

    def _stream(
        self,
        collection: str,
        question: str,
        pages: tuple[SearchResult, ShownPages],
        stop: Stop | None,
    ) -> Iterator[Token | Answer]:
        found, shown = pages
        answerer = self._answerer or parts.quoter(self._language(collection))
        if not shown.pages:
            shown.check_room()
            yield refusal(answerer.model)
            return
        try:
            for item in answerer.stream(question, shown.pages, stop):
                yield _final(item, question, shown) if isinstance(item, Answer) else item
        except VlmUnavailable as error:
            raise AnswerUnavailable(str(error), found) from error

    def _shown(self, collection: str, question: str, found: SearchResult) -> ShownPages:
        admitted = self._admission.admit(collection, question, found.hits)
        return self._budget.shown(question, admitted)


def _final(answer: Answer, question: str, shown: ShownPages) -> Answer:
    """The answer with what it was expected to cost; not grounded where a page persuaded it."""
    return shown.priced(unless_persuaded(answer, question, shown.pages))


def _untold(answer: Answer, told: Sequence[str]) -> list[Token]:
    """Sentences of the whole answer that its stream did not tell; all when it told others."""
    texts = [sentence.text for sentence in answer.sentences] or [answer.text]
    n_same = len(told) if texts[: len(told)] == [*told] else 0
    return [Token(place, text) for place, text in enumerate(texts)][n_same:]


def _ms_since(moment: float) -> float:
    return 1000 * (perf_counter() - moment)
