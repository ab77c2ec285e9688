"""Synthetic pages and questions with the structure of a ColPali model's, for benchmarks.

Nothing here is a real document, so what is found says something about methods, not about models:

- All rows share a background direction; the mean cosine of two patches is near 0.3.
- Each document of 20 pages has 12 of 96 topics, in a wording of its own, each page 6 of them. A
  topic has a place on the page, and a patch mixes the topics by how near they are, so neighbouring
  patches are alike. Noise comes coarse, smoothed over several patches, and fine, for each alone.
- Every fifth page is a near duplicate of the page before it: a part is new, the rest almost equal.
- Six rows of background stand for the prompt's tokens that such a model gives to every page.
- A question is made of rows from three spots of a page, each token turned away from its row to a
  cosine of `LIKENESS`, so its page ought to be found.

A page depends on its number and the seed alone: pages are made again instead of kept.
"""

from dataclasses import dataclass

import numpy as np

from index.records import Float32, Question, RowKind, Rows

N_TOPICS, TOPICS_A_DOCUMENT, TOPICS_A_PAGE = 96, 12, 6
DOCUMENT_PAGES = 20
DUPLICATE_EVERY = 5
N_PROMPT_ROWS = 6
BACKGROUND, TOPIC, COARSE, FINE = 0.55, 0.4, 0.5, 0.7
LIKENESS = 0.6
N_SPOTS = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """How large everything is.

    Attributes:
        dim: length of a row.
        grid: patches across a page, and down it.
        n_tokens: of a question.
        n_questions: how many are asked.
        seed: two seeds give two collections.
    """

    dim: int = 128
    grid: int = 32
    n_tokens: int = 24
    n_questions: int = 32
    seed: int = 7

    @property
    def n_rows(self) -> int:
        """Rows of a page."""
        return self.grid**2 + N_PROMPT_ROWS


class SyntheticPages:
    """Makes pages and questions.

    Args:
        shape: how large they are.
    """

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        rng = np.random.default_rng(shape.seed)
        self._background = _unit(rng.standard_normal((1, shape.dim)))
        self._topics = _unit(rng.standard_normal((N_TOPICS, shape.dim)))
        edges = np.linspace(0, 1, shape.grid + 1, dtype=np.float32)
        middles = (edges[:-1] + edges[1:]) / 2
        across, down = np.meshgrid(middles, middles)  # rows of the grid run across the page
        self._centres = np.stack([across.ravel(), down.ravel()], axis=1)  # (grid^2, 2)
        self._blend = _interpolation(shape.grid)
        whole = np.tile(np.array([0, 0, 1, 1], np.float32), (N_PROMPT_ROWS, 1))
        half = np.float32(0.5 / shape.grid)
        patches = np.concatenate([self._centres - half, self._centres + half], axis=1)
        self._boxes = np.concatenate([patches, whole]).astype(np.float32)
        self._kinds = np.full(shape.n_rows, RowKind.PATCH, np.uint8)

    def page(self, number: int) -> Rows:
        """Return a page's rows, from number 0."""
        is_copy = number % DUPLICATE_EVERY == DUPLICATE_EVERY - 1
        vectors = self._revised(number) if is_copy else self._drawn(number)
        return Rows(vectors, self._boxes, self._kinds)

    def question(self, number: int, n_pages: int) -> tuple[Question, int]:
        """Return a question and the page among the first `n_pages` that it was made from."""
        rng = np.random.default_rng((self.shape.seed, 1, number))
        source = int(rng.integers(n_pages))
        vectors = self.page(source).vectors[: self.shape.grid**2]
        spots = rng.random((N_SPOTS, 2), np.float32)
        spot = spots[np.arange(self.shape.n_tokens) % N_SPOTS]  # (n_tokens, 2)
        near = spot + rng.normal(0, 0.06, spot.shape)
        distances = ((near[:, None] - self._centres) ** 2).sum(axis=2)  # (n_tokens, grid^2)
        rows = vectors[distances.argmin(axis=1)]
        away = _unit(rng.standard_normal(rows.shape))
        tokens = _unit(LIKENESS * rows + np.sqrt(1 - LIKENESS**2) * away)
        weights = np.ones(len(tokens), np.float32)
        names = tuple(f"t{n}" for n in range(len(tokens)))
        return Question(f"question {number}", tokens, weights, names), source

    def questions(self, n_pages: int) -> list[Question]:
        """Return all questions, made from some of the first `n_pages` pages."""
        return [self.question(n, n_pages)[0] for n in range(self.shape.n_questions)]

    def _drawn(self, number: int) -> Float32:
        """Draw a page of its document's topics, `(n_rows, dim)`."""
        grid, dim = self.shape.grid, self.shape.dim
        rng = np.random.default_rng((self.shape.seed, 0, number))
        topics = rng.permutation(self._wording(number // DOCUMENT_PAGES))[:TOPICS_A_PAGE]
        places = rng.random((TOPICS_A_PAGE, 2), np.float32)
        distances = ((self._centres[:, None] - places) ** 2).sum(axis=2)  # (grid^2, topics)
        shares = np.exp(-distances / 0.02) + 1e-6
        mixed = _unit((shares / shares.sum(axis=1, keepdims=True)) @ topics)
        spots = rng.standard_normal((self._blend.shape[1], self._blend.shape[1], dim), np.float32)
        coarse = np.tensordot(self._blend, spots, axes=1).swapaxes(0, 1)  # (spots, grid, dim)
        coarse = np.tensordot(self._blend, coarse, axes=1).swapaxes(0, 1).reshape(grid**2, dim)
        patches = self._background + _noise(rng, (grid**2, dim)) * (FINE / BACKGROUND)
        patches = BACKGROUND * patches + TOPIC * mixed + COARSE * _unit(coarse)
        prompt = self._background + 0.2 * _noise(rng, (N_PROMPT_ROWS, dim))
        return _unit(np.concatenate([patches, prompt]))

    def _revised(self, number: int) -> Float32:
        """Return the page before, with a band of another page and a little noise."""
        rng = np.random.default_rng((self.shape.seed, 0, number))
        vectors = self._drawn(number - 1)
        n_new = self.shape.grid**2 // 4
        first = int(rng.integers(self.shape.grid**2 - n_new + 1))
        vectors[first : first + n_new] = self._drawn(number)[first : first + n_new]
        return _unit(vectors + 0.15 * _noise(rng, vectors.shape))

    def _wording(self, document: int) -> Float32:
        """Return a document's topics in its own wording, `(12, dim)`."""
        rng = np.random.default_rng((self.shape.seed, 2, document))
        topics = self._topics[rng.choice(N_TOPICS, TOPICS_A_DOCUMENT, replace=False)]
        return _unit(topics + 0.4 * _noise(rng, topics.shape))


def _noise(rng: np.random.Generator, shape: tuple[int, ...]) -> Float32:
    """Return vectors of length near 1 in all directions."""
    drawn = rng.standard_normal(shape, np.float32)
    return np.asarray(drawn / np.sqrt(shape[-1]), np.float32)


def _unit(vectors: np.ndarray[tuple[int, ...], np.dtype[np.floating]]) -> Float32:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / lengths, np.float32)


def _interpolation(grid: int) -> Float32:
    """Return what brings noise at every fourth patch to all patches, `(grid, n_spots)`."""
    n_spots = grid // 4 + 2
    places = np.arange(grid) / 4
    shares = np.maximum(0, 1 - np.abs(places[:, None] - np.arange(n_spots)))
    return np.asarray(shares, np.float32)
