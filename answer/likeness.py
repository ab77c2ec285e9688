"""How well texts match a question's terms, remembered term by term."""

from collections.abc import Sequence

import numpy as np

from answer.asking import Asking
from answer.terms import fold, likeness
from index.encoders.lexical import LexicalEncoder
from index.records import Float32


class Likeness:
    """Likeness of the question's terms to the terms of a text."""

    def __init__(self, asking: Asking, lexical: LexicalEncoder) -> None:
        self._asked = [term.text for term in asking.terms]
        self._lexical = lexical
        self._known: dict[str, Float32] = {}

    def strengths(self, text: str) -> Float32:
        """`(n_terms,)`: how well the best word of the text matches each question term."""
        rows = [self._of(term) for term in set(self._lexical.terms(text))]
        best: Float32 = np.max([np.zeros(len(self._asked), np.float32), *rows], axis=0)
        return best

    def strengths_of_each(self, texts: Sequence[str]) -> Float32:
        """`(n_texts, n_terms)`: the same for each text."""
        return np.stack([self.strengths(text) for text in texts])

    def strengths_in_name(self, name: str) -> Float32:
        """`(n_terms,)`: as `strengths`, and 1 for a term inside a file name's run of letters."""
        letters = fold(name)
        inside = [len(term) > 2 and fold(term) in letters for term in self._asked]
        return np.maximum(self.strengths(name), np.array(inside, np.float32))

    def _of(self, term: str) -> Float32:
        if term not in self._known:
            found = [likeness(asked, term) for asked in self._asked]
            self._known[term] = np.array(found, np.float32)
        return self._known[term]
