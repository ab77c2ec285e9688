"""The sentences of a reply that is still coming, each as soon as its text is whole."""

from pydantic_core import from_json

from answer.answers import Token
from answer.plain_text import plain_text
from answer.reply import without_thoughts


class PartialReply:
    """Collects a reply piece by piece; each sentence is handed out once."""

    def __init__(self) -> None:
        self._n_told = 0
        self._text = ""

    def feed(self, piece: str) -> list[Token]:
        """Return the sentences, made plain, whose text ends in this piece.

        None before the reply says that the pages hold an answer.
        """
        self._text += piece
        if '"' not in piece:  # what ends a text
            return []
        whole = [Token(place, text) for place, text in enumerate(_whole_texts(self._text))]
        fresh = whole[self._n_told :]
        self._n_told += len(fresh)
        return fresh


def _whole_texts(text: str) -> list[str]:
    bare = without_thoughts(text)
    start = bare.find("{")
    try:
        found = from_json(
            bare[max(0, start) :], allow_partial=True
        )  # leaves out a text that breaks off
    except ValueError:
        return []
    if not isinstance(found, dict) or found.get("answerable") is not True:
        return []
    sentences = found.get("sentences")
    given = (
        [s.get("text") for s in sentences if isinstance(s, dict)]
        if isinstance(sentences, list)
        else []
    )
    plain = [plain_text(text) for text in given if isinstance(text, str)]
    return [text for text in plain if text]
