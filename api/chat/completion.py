"""Answers as chat completions: the text, below it the pages that it stands on."""

from collections.abc import Sequence
from dataclasses import dataclass

from answer.plain_text import plain_text
from api.chat.bodies import (
    Annotation,
    AnswerDetails,
    AnswerMessage,
    Choice,
    Completion,
    TokenUsage,
    UrlCitation,
)
from api.questions.bodies import AnswerResponse, CitationBody

UNVERIFIED = " (quote not found there)"


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question asked in a chat, and what its reply is to say of itself.

    Attributes:
        id: of the completion.
        created: seconds since 1970.
        model: the name that the caller used.
        question: as it is asked.
        base_url: of this server as the caller reaches it, without a slash at the end.
    """

    id: str
    created: int
    model: str
    question: str
    base_url: str

    def completion(self, found: AnswerResponse) -> Completion:
        """Return the whole answer."""
        below = footer(found)
        message = AnswerMessage(
            content=found.answer + below,
            annotations=self.annotations(found, begins=len(found.answer)),
        )
        return Completion(
            id=self.id,
            created=self.created,
            model=self.model,
            choices=[Choice(message=message)],
            usage=usage(found),
            pagesight=self.details(found),
        )

    def annotations(self, found: AnswerResponse, *, begins: int) -> list[Annotation]:
        """Return the citations, each with the place of its page's line.

        Args:
            found: the answer.
            begins: where the footer begins in the content.
        """
        places = _places(found.citations, begins)
        return [
            Annotation(url_citation=self._url_citation(citation, places[_line(citation)]))
            for citation in found.citations
        ]

    def details(self, found: AnswerResponse) -> AnswerDetails:
        """Return what OpenAI's API has no place for."""
        return AnswerDetails(
            question=self.question,
            refused=found.refused,
            grounded=found.grounded,
            model=found.model,
            warnings=found.warnings,
            timings=found.timings,
        )

    def _url_citation(self, citation: CitationBody, place: tuple[int, int]) -> UrlCitation:
        return UrlCitation(
            start_index=place[0],
            end_index=place[1],
            url=self.base_url + citation.image,
            title=_title(citation),
            document=citation.document,
            name=citation.name,
            page=citation.page,
            box=citation.box,
            quote=citation.quote,
            verified=citation.verified,
            warnings=citation.warnings,
        )


def footer(found: AnswerResponse) -> str:
    """Return what stands below an answer: its pages, and why to look twice."""
    lines = [f"[{n}] {line}" for n, line in enumerate(_lines(found.citations), 1)]
    parts = ["\n".join(lines), "\n".join(f"Note: {warning}" for warning in found.warnings)]
    return "".join(f"\n\n{part}" for part in parts if part)


def usage(found: AnswerResponse) -> TokenUsage:
    """Return what a model read and wrote."""
    read, written = found.usage.input_tokens, found.usage.output_tokens
    return TokenUsage(prompt_tokens=read, completion_tokens=written, total_tokens=read + written)


def _places(citations: Sequence[CitationBody], begins: int) -> dict[str, tuple[int, int]]:
    """Where each line stands, counted in characters."""
    places, at = {}, begins + 2
    for n, line in enumerate(_lines(citations), 1):
        end = at + len(f"[{n}] {line}")
        places[line] = (at, end)
        at = end + 1
    return places


def _lines(citations: Sequence[CitationBody]) -> list[str]:
    return list(dict.fromkeys(_line(citation) for citation in citations))


def _line(citation: CitationBody) -> str:
    return _title(citation) + ("" if citation.verified else UNVERIFIED)


def _title(citation: CitationBody) -> str:
    """A page's name; chats render Markdown, and a file may be named as anything."""
    return f"{plain_text(citation.name)}, p. {citation.page}"
