"""Questions answered: pages found, then told by what the settings name."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

from answer.answers import Answer, Token, refusal
from answer.persuasion import held_back
from answer.stop import Stop
from answer.vlm import VlmClient
from api.callers.access import OPERATOR, Access
from api.callers.purse import Purse
from api.questions import answerers
from api.questions.admission import Admission
from api.questions.shown_pages import PageBudget, ShownPages
from api.telemetry.telemetry import Telemetry
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


@dataclass(frozen=True, slots=True)
class AnsweringParts:
    """What answering is made of.

    Attributes:
        answerer: asks models; without one, answers are quotes.
        search: finds the pages.
        language: the leading language of a collection.
        admission: keeps the pages that may hold an answer.
        budget: plans what a model is shown of them.
        purse: holds who asks to what they may spend.
        telemetry: is told how answers end.
    """

    answerer: answerers.ModelAnswerer | None
    search: Callable[[str, SearchQuery], SearchResult]
    language: Callable[[str], str]
    admission: Admission
    budget: PageBudget
    purse: Purse
    telemetry: Telemetry


class Answering:
    """Answers questions about the documents of a collection."""

    def __init__(self, parts: AnsweringParts) -> None:
        self._parts = parts

    def ask(
        self,
        collection: str,
        query: SearchQuery,
        stop: Stop | None = None,
        *,
        access: Access = OPERATOR,
    ) -> tuple[Answer, SearchResult]:
        """Answer a question, or refuse.

        Args:
            collection: its full name.
            query: the question.
            stop: ends it from another thread.
            access: who asks, and pays.

        Raises:
            QuotaExceeded: they have used up what they may today.
            InvalidRequest: no page fits into the model's cap of tokens.
            AnswerCancelled: it was stopped.
            AnswerUnavailable: the model does not answer.
        """
        *_, last = self.stream(collection, query, stop, access=access)
        if not isinstance(last, Answered):
            raise TypeError("the stream of an answer ends with the answer")
        return last.answer, last.found

    def stream(
        self,
        collection: str,
        query: SearchQuery,
        stop: Stop | None = None,
        *,
        access: Access = OPERATOR,
    ) -> Iterator[SearchResult | Token | Answered]:
        """Yield the pages found, then the answer's sentences as they come, then all of it.

        Raises:
            QuotaExceeded: who asks has used up what they may today.
            InvalidRequest: no page fits into the model's cap of tokens.
            AnswerCancelled: it was stopped.
            AnswerUnavailable: the model does not answer.
        """
        return self._parts.telemetry.answering(self._told(collection, query, _Asker(access, stop)))

    def plan(self, collection: str, query: SearchQuery) -> tuple[ShownPages, SearchResult]:
        """Find the pages of an answer and what a model would be shown of them, asking none."""
        found = self._parts.search(collection, query)
        began = perf_counter()
        shown = self._shown(collection, query.text, found)
        return shown, replace(found, timings={**found.timings, "plan": _ms_since(began)})

    @property
    def client(self) -> VlmClient | None:
        """The model with the last word, for other work with it; None where none is configured."""
        return self._parts.answerer.large if self._parts.answerer is not None else None

    def warm(self) -> None:
        """Begin in the background what the first answer would wait for."""
        if self._parts.answerer is not None:
            self._parts.answerer.warm()

    def close(self) -> None:
        """Let go of the models."""
        if self._parts.answerer is not None:
            self._parts.answerer.close()

    def _told(
        self, collection: str, query: SearchQuery, asker: "_Asker"
    ) -> Iterator[SearchResult | Token | Answered]:
        asked = perf_counter()
        found = self._parts.search(collection, query)
        yield found
        planning = perf_counter()
        shown = self._shown(collection, query.text, found)
        began = perf_counter()
        first_ms: float | None = None
        for item in self._stream(collection, query.text, (found, shown), asker):
            first_ms = first_ms or _ms_since(asked)
            if isinstance(item, Token):
                yield item
                continue
            timings = {
                "plan": 1000 * (began - planning),
                "answer": _ms_since(began),
                "first_token": first_ms,
            }
            self._parts.telemetry.answered(item, timings)
            yield Answered(item, replace(found, timings={**found.timings, **timings}))

    def _stream(
        self,
        collection: str,
        question: str,
        pages: tuple[SearchResult, ShownPages],
        asker: "_Asker",
    ) -> Iterator[Token | Answer]:
        found, shown = pages
        answerer: answerers.Answerer = self._parts.answerer or answerers.quoter(
            self._parts.language(collection)
        )
        if not shown.pages:
            shown.check_room()
            yield refusal(answerer.model)
            return
        try:
            told = _told_whole(answerer.stream(question, shown.pages, asker.stop))
            for item in self._paid(held_back(told, question, shown.pages), shown, asker):
                yield shown.priced(item) if isinstance(item, Answer) else item
        except VlmUnavailable as error:
            raise AnswerUnavailable(str(error), found) from error

    def _answerer(self, collection: str) -> answerers.Answerer:
        return self._parts.answerer or answerers.quoter(self._parts.language(collection))

    def _paid(
        self, told: Iterator[Token | Answer], shown: ShownPages, asker: "_Asker"
    ) -> Iterator[Token | Answer]:
        """What is told of an answer, once its tokens are set aside; quotes cost none."""
        if self._parts.answerer is None:
            yield from told
            return
        bill = self._parts.purse.open(asker.access, shown.estimated_tokens)
        for item in told:
            if isinstance(item, Answer):
                self._parts.purse.settle(bill, item.usage, item.model)
            yield item

    def _shown(self, collection: str, question: str, found: SearchResult) -> ShownPages:
        admitted = self._parts.admission.admit(collection, question, found.hits)
        return self._parts.budget.shown(question, admitted)


@dataclass(frozen=True, slots=True)
class _Asker:
    access: Access
    stop: Stop | None


def _told_whole(items: Iterable[Token | Answer]) -> Iterator[Token | Answer]:
    """What is told of an answer, with the sentences that were not before the whole of it."""
    told: list[str] = []
    for item in items:
        if isinstance(item, Token):
            told = [*told[: item.sentence], item.text]
        else:
            yield from _untold(item, told)
        yield item


def _untold(answer: Answer, told: Sequence[str]) -> list[Token]:
    """Sentences of the whole answer that its stream did not tell; all when it told others."""
    texts = [sentence.text for sentence in answer.sentences] or [answer.text]
    n_same = len(told) if texts[: len(told)] == [*told] else 0
    return [Token(place, text) for place, text in enumerate(texts)][n_same:]


def _ms_since(moment: float) -> float:
    return 1000 * (perf_counter() - moment)
