"""Facts of captions: what a numbered figure or table shows."""

import re
from collections.abc import Sequence

from answer.layout import Block, readable, spell
from eval.drafting.facts import Fact
from index.records import Word

MAX_CAPTION_WORDS = 16
_CAPTION = re.compile(
    r"^(?P<subject>(?:Figure|Fig\.|Table|Chart|Exhibit|Abbildung|Abb\.|Tabelle|Tab\.|Schaubild|"
    r"Graphique|Tableau|Schéma)\s\d+(?:[.\-]\d+)*)\s?[.:\u2013\u2014\-]?\s+(?P<answer>[^\W\d_].+)$"
)
_END = re.compile(r"(?<=\w{3})[.!?](?=\s+[^\W\d_a-zà-ÿ]|\s*$)")


def caption_facts(words: Sequence[Word], blocks: Sequence[Block]) -> list[Fact]:
    """Return what the captions of a page say that figures and tables show."""
    found = []
    for block in blocks:
        match = None if block.is_tabular else _CAPTION.match(spell(words, block.words))
        if match is None or not match["answer"][0].isupper():
            continue
        n_before = len(match.string[: match.start("answer")].split())
        n_words = len(_END.split(match["answer"], maxsplit=1)[0].split())
        if 2 <= n_words <= MAX_CAPTION_WORDS:
            answer = readable(words, block.words[n_before : n_before + n_words]).strip(" .")
            quoted = block.words[: n_before + n_words]
            found.append(Fact("caption", match["subject"], answer, quoted))
    return found
