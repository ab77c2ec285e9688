r"""Fit the whitening matrix that ships with the default encoder.

    apt-get install --no-install-recommends wordnet-base debian-handbook postgresql-doc-15 \
        python3.11-doc
    python -m tools.fit_whitening index/encoders/whitening-minilm.npz

The text is general and from nobody's collection: WordNet glosses, the documentation of PostgreSQL
and Python in English, and the Debian Administrator's Handbook in twelve languages, all freely
licensed.
Only the mean and the principal directions of their token rows are kept.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.encoders.minilm import RAW_DIM, MiniLmEncoder, packaged_folder
from index.encoders.whitening import Whitening
from index.records import Float32

SEED = 0
DIM = 192
PASSAGE_WORDS = 300


class Source(NamedTuple):
    """A folder of text below `/usr/share`, and how many passages to take of it."""

    folder: str
    pattern: str
    n_passages: int


HANDBOOK_LANGUAGES = "de-DE fr-FR es-ES it-IT nl-NL pt-BR ru-RU ja-JP ko-KR zh-CN ar-MA"
SOURCES = (
    Source("wordnet", "data.*", 300),
    Source("doc/postgresql-doc-15/html", "*.html", 120),
    Source("doc/python3.11/html", "**/*.html", 120),
    Source("doc/debian-handbook/html/en-US", "*.html", 120),
    *(Source(f"doc/debian-handbook/html/{x}", "*.html", 30) for x in HANDBOOK_LANGUAGES.split()),
)


def main() -> None:
    """Read the sources, encode a sample of their passages, fit, and write the matrix."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("output", type=Path)
    parser.add_argument("--share", type=Path, default=Path("/usr/share"))
    given = parser.parse_args()
    unwhitened = Whitening(np.zeros(RAW_DIM, np.float32), np.eye(RAW_DIM, dtype=np.float32), "")
    encoder = MiniLmEncoder(packaged_folder(), unwhitened)
    rows = np.concatenate([_rows(encoder, given.share, source) for source in SOURCES])
    fitted_on = "; ".join(f"{s.n_passages} passages of {s.folder}" for s in SOURCES)
    fitted = Whitening.fit(rows, DIM, fitted_on=fitted_on)
    np.savez(
        given.output, mean=fitted.mean, projection=fitted.projection, fitted_on=fitted.fitted_on
    )


def _rows(encoder: MiniLmEncoder, share: Path, source: Source) -> Float32:
    files = sorted((share / source.folder).glob(source.pattern))
    words = [word for file in files for word in _text(file).split()]
    starts = range(0, len(words) - PASSAGE_WORDS, PASSAGE_WORDS)
    chosen = random.Random(SEED).sample(starts, source.n_passages)  # noqa: S311  a sample, no secret
    rows = [encoder.raw_content_rows(words[n : n + PASSAGE_WORDS]) for n in chosen]
    sys.stderr.write(f"{source.folder}: {len(words)} words, {sum(map(len, rows))} rows\n")
    return np.concatenate(rows)


def _text(file: Path) -> str:
    text = file.read_text(errors="replace")
    return _html_text(text) if file.suffix == ".html" else " ".join(_glosses(text))


def _glosses(text: str) -> Iterator[str]:
    """Yield each WordNet entry's first word and gloss; the licence's lines start with a space."""
    for line in text.splitlines():
        if not line.startswith(" "):
            fields, _, gloss = line.partition("|")
            yield f"{fields.split()[4].replace('_', ' ')}: {gloss.strip()}"


def _html_text(html: str) -> str:
    reader = _TextOfHtml()
    reader.feed(html)
    return " ".join(reader.text)


class _TextOfHtml(HTMLParser):
    """Collects what a reader of the page sees."""

    UNSEEN = ("script", "style", "head")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self._n_unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the parser's signature
        """Enter an element."""
        self._n_unseen += tag in self.UNSEEN

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._n_unseen -= tag in self.UNSEEN

    def handle_data(self, data: str) -> None:
        """Keep text that is seen."""
        if not self._n_unseen:
            self.text.append(data)


if __name__ == "__main__":
    main()
