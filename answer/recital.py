"""An answer that is there at once, in the form of one that is still being written."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from answer.answers import EXTRACTIVE, Answer, EvidencePage, Sentence, Token
from answer.stop import Stop


class Quoting(Protocol):
    """Answers at once, by quoting."""

    def answer(self, question: str, pages: Sequence[EvidencePage]) -> Answer:
        """Answer the question from the pages, or refuse."""


class Recital:
    """Streams what quotes: its answer has a line for each citation, or is one sentence."""

    model = EXTRACTIVE

    def __init__(self, quoting: Quoting) -> None:
        self._quoting = quoting

    def stream(
        self, question: str, pages: Sequence[EvidencePage], stop: Stop | None = None
    ) -> Iterator[Token | Answer]:
        """Yield the answer's sentences, and the whole answer last.

        Raises:
            InvalidRequest: the question is empty.
        """
        answer = self._quoting.answer(question, pages)
        if not answer.refused and not answer.sentences:
            answer = replace(answer, sentences=_sentences(answer))
        for place, sentence in enumerate(answer.sentences):
            if stop is None or not stop.is_set:
                yield Token(place, sentence.text)
        yield answer

    def close(self) -> None:
        """There is nothing to let go of."""


def _sentences(answer: Answer) -> tuple[Sentence, ...]:
    lines = answer.text.split("\n")
    places = range(len(answer.citations))
    if len(lines) != len(places):
        return (Sentence(answer.text, tuple(places)),)
    return tuple(Sentence(line, (place,)) for line, place in zip(lines, places, strict=True))
