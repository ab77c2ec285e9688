"""Proof at load time that a model's rows mean what they did when it was first trusted.

Three steps, each of which refuses the model with its reason. Rows must be finite and as long as the
model says. Of two questions about a bundled page the one that it answers must score higher: only a
trained model can show that. And the page's rows must be those that the model made when it was first
trusted here, whatever has happened since to its files, to libraries or to the device.
"""

import hashlib
import json
import logging
import os
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np

from index.encoders.base import Encoder, PageContent
from index.errors import ModelRejected
from index.records import Box, Float32, PageWords, Question, Rows, Word

PAGE = "probe-page"
MIN_MARGIN = 0.01  # of the mean similarity of a question's tokens; equal rows differ by rounding
MAX_DRIFT = 1e-2  # of the cosine between a row and the recorded one

logger = logging.getLogger(__name__)


class Probe(NamedTuple):
    """A page and two questions, of which it answers the first."""

    page: PageContent
    right: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Record:
    """Which model's rows, in which form: each has its own record.

    Attributes:
        model: a hub's name and revision, or a folder.
        rows: `patch`, `text` or `fused`.
        dtype: in which the model runs.
    """

    model: str
    rows: str
    dtype: str

    def file(self, folder: Path) -> Path:
        """Return where the rows are kept."""
        key = hashlib.sha256(f"{self.model}\n{self.rows}\n{self.dtype}".encode()).hexdigest()
        return folder / f"rows-{key[:32]}.npz"


def prove(encoder: Encoder, record: Record, *, folder: Path | None, probe: bool) -> None:
    """Refuse a model whose rows are not usable, not right, or not those of its first trusted load.

    Args:
        encoder: the model, loaded.
        record: under what its rows are recorded.
        folder: of the records; None leaves the comparison out.
        probe: whether it must prefer the right question.

    Raises:
        ModelRejected: with the reason.
    """
    shown = load_probe()
    try:
        page = encoder.encode_pages([shown.page])[0]
        right, wrong = encoder.encode_question(shown.right), encoder.encode_question(shown.wrong)
    except (ValueError, RuntimeError, IndexError) as error:  # processor and model do not fit
        raise ModelRejected(f"{record.model} cannot read the probe page: {error}") from error
    if probe:
        check_preference(record.model, page, right, wrong)
    if folder is not None:
        check_recorded(record, folder, np.concatenate([page.vectors, right.vectors]))


def check_rows(name: str, vectors: Float32, dim: int) -> Float32:
    """Return rows at exactly unit length: those of a bfloat16 model are a little off.

    Raises:
        ModelRejected: a row is not finite, has no direction, or is not `dim` long.
    """
    if vectors.shape[-1] != dim:
        raise ModelRejected(f"{name} makes rows of {vectors.shape[-1]} values, not {dim}")
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not bool(np.isfinite(norms).all()) or not bool(norms.all()):
        bad = int((~np.isfinite(norms) | (norms == 0)).sum())
        raise ModelRejected(f"{name} makes rows that are not finite: {bad} of {len(vectors)}")
    return np.asarray(vectors / norms, np.float32)


def check_preference(name: str, page: Rows, right: Question, wrong: Question) -> None:
    """Refuse a model that scores the wrong question as high as the one that the page answers.

    Questions of different lengths are compared by their mean over tokens.

    Raises:
        ModelRejected: with both scores.
    """
    scores = [
        float((asked.vectors @ page.vectors.T).max(axis=1).mean()) for asked in (right, wrong)
    ]
    if not scores[0] - scores[1] >= MIN_MARGIN:
        raise ModelRejected(
            f"{name} fails the probe: the question that the page answers scores {scores[0]:.4f}, "
            f"the other one {scores[1]:.4f}; it is not trained, or not completely loaded"
        )


def check_recorded(record: Record, folder: Path, vectors: Float32) -> None:
    """Compare rows with the recorded ones; the first time, record them.

    Args:
        record: under what they are recorded.
        folder: of the records, made when absent.
        vectors: `(n_rows, dim)`, unit length.

    Raises:
        ModelRejected: the rows differ, or the record is damaged.
    """
    file = record.file(folder)
    if not file.exists():
        _write(file, vectors, record)
        logger.info("model trusted", extra={"model": record.model, "record": str(file)})
        return
    recorded = _read(file)
    nearest = (
        float((vectors * recorded).sum(axis=1).min()) if vectors.shape == recorded.shape else 0
    )
    if not nearest >= 1 - MAX_DRIFT:
        raise ModelRejected(
            f"{record.model} no longer makes the rows that it made when it was first trusted: "
            f"shapes {vectors.shape} and {recorded.shape}, least cosine {nearest:.4f}. Its files, "
            f"the libraries or the device changed; if that is meant, delete {file} and index anew"
        )


@cache
def load_probe() -> Probe:
    """Read the bundled page and its questions (`tools/draw_probe_page.py` draws it)."""
    from PIL import Image  # noqa: PLC0415  a query-only process needs no pictures

    told = json.loads(_bundled("json").read_text(encoding="utf-8"))
    words = tuple(Word(text, Box(*box), line) for text, *box, line in told["words"])
    with _bundled("png").open("rb") as file, Image.open(file) as opened:
        image = np.asarray(opened.convert("RGB"))
    return Probe(PageContent(image, PageWords(words, "text_layer")), told["right"], told["wrong"])


def _bundled(ending: str) -> Traversable:
    return files("index.encoders.visual") / f"{PAGE}.{ending}"


def _write(file: Path, vectors: Float32, record: Record) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(f".{os.getpid()}")
    with unfinished.open("wb") as opened:
        np.savez_compressed(opened, vectors=vectors, model=np.array(record.model))
    unfinished.replace(file)


def _read(file: Path) -> Float32:
    try:
        with file.open("rb") as opened, np.load(opened) as stored:
            return np.asarray(stored["vectors"], np.float32)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise ModelRejected(f"the record {file} cannot be read ({error}); delete it") from error
