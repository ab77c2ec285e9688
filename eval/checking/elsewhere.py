"""Answers that stand where no judgement says that they do."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from answer.asking import Asking, take_apart
from answer.layout import spell
from answer.matching import Candidate, fit, read_candidates
from answer.terms import likeness, tokens
from eval.checking.answers import holds
from eval.checking.corpus import Corpus, CorpusPage, PageName
from eval.checking.findings import Finding, Kind
from eval.datasets.base import EvalQuestion
from index.encoders.lexical import LexicalEncoder

FITS = 0.8  # the score of a passage that knows most of what the question asks
AS_WELL = 0.8  # of the score of the gold page's best passage that holds an answer
MAX_QUOTE = 160  # characters shown


@dataclass(frozen=True, slots=True)
class Suspect:
    """A page that may answer: where it is, and the passage that seems to."""

    name: PageName
    quote: str


class Elsewhere:
    """Looks for passages that answer a question on pages that are not known to.

    Args:
        corpus: the pages.
        language: ISO code that picks the stemmer, as of the collection.
    """

    def __init__(self, corpus: Corpus, language: str) -> None:
        self._corpus = corpus
        self._language = language
        self._lexical = LexicalEncoder(language)
        self._known: dict[PageName, list[Candidate]] = {}

    def other_pages(
        self, question: EvalQuestion, found: Iterable[PageName], twins: Iterable[PageName]
    ) -> list[Finding]:
        """Return the pages that seem to answer beside those that are known to.

        Args:
            question: an answerable one.
            found: pages that a search for it found.
            twins: pages that say nearly the same as one of its gold pages.
        """
        gold = {(document, page) for document, page, _ in question.pages}
        by_words = self._answering(question, gold, dict.fromkeys([*found, *twins]))
        seen = {suspect.name for suspect in by_words}
        alike = [name for name in twins if name not in gold | seen]
        return [
            *(_finding("other_page", question, one, f"it says: {one.quote}") for one in by_words),
            *(
                _finding("other_page", question, Suspect(name, ""), "nearly the same page")
                for name in alike
                if self._is_alike(question, gold, self._corpus.pages[name])
            ),
        ]

    def answerable(self, question: EvalQuestion, found: Iterable[PageName]) -> list[Finding]:
        """Return the pages that seem to answer a question that should have no answer.

        One passage, with its headings and the document's name, must know every term of the question
        and hold something of the kind that is asked for.
        """
        asking = self._asking(question)
        candidates = [c for name in found for c in self._candidates(name)]
        suspects = {
            _name(c): Suspect(_name(c), c.quote)
            for c in reversed(candidates)
            if asking.terms and self._says_all(asking, c)
        }
        return [
            _finding("answerable", question, one, f"it says: {one.quote}")
            for one in suspects.values()
        ]

    def _answering(
        self, question: EvalQuestion, gold: set[PageName], names: Iterable[PageName]
    ) -> list[Suspect]:
        """Pages with a passage that holds an answer and fits as well as any of the gold pages'."""
        asking = self._asking(question)
        known = [c for name in sorted(gold) for c in self._candidates(name)]
        others = [c for name in names if name not in gold for c in self._holding(name, question)]
        if not others or not asking.terms:
            return []
        scores = fit(asking, [*known, *others], self._lexical)
        enough = max(FITS, AS_WELL * max(_held(question, known, scores.tolist()), default=0.0))
        best: dict[PageName, Suspect] = {}
        for candidate, score in zip(others, scores[len(known) :], strict=True):
            if score >= enough:
                name = _name(candidate)
                best.setdefault(name, Suspect(name, candidate.quote))
        return list(best.values())

    def _holding(self, name: PageName, question: EvalQuestion) -> list[Candidate]:
        page = self._corpus.pages.get(name)
        if page is None or not holds(page.words.words, question.answers):
            return []
        return [c for c in self._candidates(name) if _holds(c, question.answers)]

    def _is_alike(self, question: EvalQuestion, gold: set[PageName], twin: CorpusPage) -> bool:
        """Whether a twin answers, too: in its words, or in its picture as its gold page does."""
        pages = [self._corpus.pages[name] for name in gold if name in self._corpus.pages]
        in_words = any(holds(page.words.words, question.answers) for page in pages)
        return not in_words or holds(twin.words.words, question.answers)

    def _says_all(self, asking: Asking, candidate: Candidate) -> bool:
        words = candidate.page.words.words
        around = spell(words, candidate.passage.context)
        own = frozenset(self._lexical.terms(candidate.quote))
        told = own | frozenset(self._lexical.terms(f"{around} {candidate.page.name}"))
        is_new = any(token not in asking.tokens for token in tokens(candidate.quote))
        return (
            is_new
            and asking.is_met_by(candidate.passage.text)
            and all(any(likeness(term.text, one) for one in told) for term in asking.terms)
        )

    def _asking(self, question: EvalQuestion) -> Asking:
        return take_apart(question.text, self._lexical, language=self._language)

    def _candidates(self, name: PageName) -> list[Candidate]:
        if name not in self._known:
            page = self._corpus.pages.get(name)
            self._known[name] = read_candidates([page.as_evidence()]) if page else []
        return self._known[name]


def _name(candidate: Candidate) -> PageName:
    return PurePath(candidate.page.name).stem, candidate.page.page


def _held(
    question: EvalQuestion, known: Sequence[Candidate], scores: Sequence[float]
) -> Iterator[float]:
    """Scores of the gold pages' passages that hold an answer."""
    for candidate, score in zip(known, scores[: len(known)], strict=True):
        if _holds(candidate, question.answers):
            yield score


def _holds(candidate: Candidate, answers: Sequence[str]) -> bool:
    words = candidate.page.words.words
    return holds([words[i] for i in candidate.passage.words], answers)


def _finding(kind: Kind, question: EvalQuestion, suspect: Suspect, told: str) -> Finding:
    shown = told if len(told) <= MAX_QUOTE else f"{told[:MAX_QUOTE]}…"
    return Finding(kind, question.id, *suspect.name, shown)
