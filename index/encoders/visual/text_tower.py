"""A page's words through the visual model itself: a row for each token, with its word's box."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.encoders.token_windows import Window, cut_windows
from index.encoders.visual.families import Processor
from index.errors import ModelRejected

# Models of this size were trained on passages of hundreds of tokens, not on thousands.
WINDOW, STRIDE = 510, 382
PROBE = "page"


class Tokens(NamedTuple):
    """The tokens of a page's words.

    Attributes:
        ids: `(n_tokens,)`.
        words: `(n_tokens,)` the index of each token's word.
    """

    ids: NDArray[np.int64]
    words: NDArray[np.int64]


def read_words(processor: Processor, words: Sequence[str]) -> Tokens:
    """Split words into tokens, as they stand in a running text."""
    text = " ".join(words)
    read = processor.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
    # A space belongs to the word behind it, as in byte-level vocabularies.
    lengths = np.array([len(word) + 1 for word in words], np.int64)
    starts = np.cumsum(lengths) - lengths - 1
    ends = np.array([end for _, end in read["offset_mapping"]], np.int64)
    owners = np.searchsorted(starts, ends - 1, side="right") - 1
    return Tokens(np.array(read["input_ids"], np.int64), owners)


def windows_of(tokens: Tokens) -> list[Window]:
    """Cut tokens into overlapping windows; each token is kept by one of them."""
    return cut_windows(len(tokens.ids), size=WINDOW, stride=STRIDE)


def marks(processor: Processor) -> tuple[list[int], list[int]]:
    """Return the ids that the processor puts before and behind every text.

    Raises:
        ModelRejected: the processor changes the text itself.
    """
    marked = processor.process_texts([PROBE])["input_ids"][0].tolist()
    plain = processor.tokenizer(PROBE, add_special_tokens=False)["input_ids"]
    for start in range(len(marked) - len(plain) + 1):
        if marked[start : start + len(plain)] == plain:
            return marked[:start], marked[start + len(plain) :]
    raise ModelRejected("the processor's tokens of a text are not the tokenizer's")
