"""Facts of captions: what a numbered figure or table shows."""

import re

from answer.passages import Passage
from eval.drafting.facts import Fact

MAX_CAPTION_WORDS = 16
_CAPTION = re.compile(
    r"^(?P<subject>(?:Figure|Fig\.|Table|Chart|Exhibit|Abbildung|Abb\.|Tabelle|Tab\.|Schaubild|"
    r"Graphique|Tableau|Schéma)\s\d+(?:[.\-]\d+)*)\s?[.:\u2013\u2014\-]?\s+(?P<answer>[^\W\d_].+)$"
)
_SENTENCE = re.compile(r"(?<=[^\W\d_]{3})[.!?](?:\s|$)")


def caption_facts(passages: list[Passage]) -> list[Fact]:
    """Return what the captions of a page say that figures and tables show."""
    found = []
    for passage in passages:
        match = _CAPTION.match(passage.text)
        if match is None or not match["answer"][0].isupper():
            continue
        answer = _SENTENCE.split(match["answer"])[0].strip(" .")
        if 2 <= len(answer.split()) <= MAX_CAPTION_WORDS:
            found.append(Fact("caption", match["subject"], answer, passage.words))
    return found
