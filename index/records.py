"""The values that travel between the floors, frozen and checked where they are made.

A page is a bag of rows: `(vector, box, kind)`. A row that came from a word carries the word's box,
a row that came from pixels carries its patch's box; everything downstream treats them alike.
"""

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
UNIT_TOLERANCE = 1e-3
BOX_SCALE = 65_535


class Box(NamedTuple):
    """A rectangle in fractions of the page, origin top left."""

    left: float
    top: float
    right: float
    bottom: float


class Word(NamedTuple):
    """One word as it stands on the page.

    `line` numbers the visual lines of the page from 0 in reading order: words of one line share it.
    """

    text: str
    box: Box
    line: int


WordSource = Literal["text_layer", "ocr", "none"]


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of a page in reading order, and where they came from.

    Attributes:
        words: what is indexed, quoted and shown to models.
        source: where most of them came from.
        n_hidden: text-layer words left out because no ink stands in their box.
        flags: why text of the page addresses a model, as codes; see docs/injection.md.
        suspect: boxes of lines that do so and are kept.
        set_aside: boxes of lines that do so and whose words were left out.
    """

    words: tuple[Word, ...]
    source: WordSource
    n_hidden: int = 0
    flags: tuple[str, ...] = ()
    suspect: tuple[Box, ...] = ()
    set_aside: tuple[Box, ...] = ()

    def trusted(self) -> Self:
        """Return the page without its suspect lines."""
        if not self.suspect:
            return self
        kept = tuple(word for word in self.words if not self._is_suspect(word))
        return replace(self, words=kept, suspect=())

    def _is_suspect(self, word: Word) -> bool:
        x, y = (word.box.left + word.box.right) / 2, (word.box.top + word.box.bottom) / 2
        return any(b.left <= x <= b.right and b.top <= y <= b.bottom for b in self.suspect)


class RowKind(IntEnum):
    """What a row was made from."""

    PATCH = 0
    TEXT = 1


RowChoice = Literal["patch", "text", "fused"]  # which rows an encoder gives a page


@dataclass(frozen=True, slots=True)
class Rows:
    """The located vectors of one page.

    Attributes:
        vectors: `(n_rows, dim)` float32, unit length.
        boxes: `(n_rows, 4)` float32, left, top, right, bottom in fractions of the page.
        kinds: `(n_rows,)` uint8, a `RowKind` each.

    Raises:
        ValueError: shapes disagree, or a vector is not finite or not of unit length.
    """

    vectors: Float32
    boxes: Float32
    kinds: NDArray[np.uint8]

    def __post_init__(self) -> None:
        check_unit_rows(self.vectors)
        n_rows = len(self.vectors)
        if self.boxes.shape != (n_rows, 4):
            raise ValueError(f"boxes must be ({n_rows}, 4), got {self.boxes.shape}")
        if self.kinds.shape != (n_rows,):
            raise ValueError(f"kinds must be ({n_rows},), got {self.kinds.shape}")

    @classmethod
    def of_kind(cls, kind: RowKind, vectors: Float32, boxes: Float32) -> Self:
        """Return rows that were all made from the same kind of thing."""
        return cls(vectors, boxes, np.full(len(vectors), kind, np.uint8))

    @classmethod
    def none(cls, dim: int) -> Self:
        """Return no rows, of vectors that would be `dim` long."""
        return cls.of_kind(
            RowKind.TEXT, np.empty((0, dim), np.float32), np.empty((0, 4), np.float32)
        )

    def to_unit(self) -> Self:
        """Return the rows scaled to unit length, of which half precision leaves them a little off.

        Values are the same whatever other rows are scaled with them.
        """
        lengths = np.linalg.norm(self.vectors, axis=1, keepdims=True)  # (n_rows, 1)
        return replace(self, vectors=self.vectors / lengths)

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return int(self.vectors.shape[1])

    def __len__(self) -> int:
        return len(self.vectors)


@dataclass(frozen=True, slots=True)
class Question:
    """A question as late interaction sees it.

    Attributes:
        text: the question as asked.
        vectors: `(n_tokens, dim)` float32, unit length.
        weights: `(n_tokens,)` float32, how much each token counts; 0 drops it.
        tokens: the token strings, for heat maps of one token.
    """

    text: str
    vectors: Float32
    weights: Float32
    tokens: tuple[str, ...]

    def __post_init__(self) -> None:
        check_unit_rows(self.vectors)
        if self.weights.shape != (len(self.vectors),) or len(self.tokens) != len(self.vectors):
            raise ValueError(
                f"{len(self.vectors)} vectors need as many weights and tokens, "
                f"got {self.weights.shape} and {len(self.tokens)}"
            )

    def folded(self) -> Float32:
        """Return the tokens that count, each times its weight, `(n_counting, dim)`.

        Their plain MaxSim is the weighted one: w max(q d) = max(w q d) for w above 0.

        Raises:
            ValueError: a weight is below 0.
        """
        if bool((self.weights < 0).any()):
            raise ValueError(f"weights must not be below 0 to be folded, got {self.weights.min()}")
        counting = self.weights > 0
        return self.vectors[counting] * self.weights[counting, None]


@dataclass(frozen=True, slots=True)
class SparseVector:
    """Term ids and their values; ids ascend and are unique.

    Attributes:
        indices: `(n_terms,)` uint32.
        values: `(n_terms,)` float32.
    """

    indices: NDArray[np.uint32]
    values: Float32

    def __post_init__(self) -> None:
        if self.indices.shape != self.values.shape or self.indices.ndim != 1:
            raise ValueError(
                f"indices and values must be flat and alike, "
                f"got {self.indices.shape} and {self.values.shape}"
            )
        if not bool(np.all(np.diff(self.indices.astype(np.int64)) > 0)):
            raise ValueError("sparse indices must ascend without repeats")


def as_16_bit(boxes: Float32) -> NDArray[np.uint16]:
    """Return boxes in 65,535ths of the page, the form in which they are kept."""
    return np.rint(boxes * BOX_SCALE).clip(0, BOX_SCALE).astype("<u2")


def from_16_bit(boxes: NDArray[np.uint16]) -> Float32:
    """Return boxes in fractions of the page again."""
    return (boxes / BOX_SCALE).astype(np.float32)


def check_unit_rows(vectors: Float32) -> None:
    """Refuse anything but finite float32 rows of unit length, shape `(n_rows, dim)`.

    Raises:
        ValueError: wrong shape or dtype, a non-finite value, or a length that is not one.
    """
    if vectors.ndim != 2 or vectors.dtype != np.float32:
        raise ValueError(f"rows must be (n, dim) float32, got {vectors.shape} {vectors.dtype}")
    if not bool(np.isfinite(vectors).all()):
        raise ValueError("rows must be finite")
    norms = np.linalg.norm(vectors, axis=1)
    if len(norms) and float(np.abs(norms - 1).max()) > UNIT_TOLERANCE:
        raise ValueError(f"rows must have unit length, got {norms.min():.4f} to {norms.max():.4f}")
