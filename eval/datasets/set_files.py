"""Which parquet file of a folder holds what: pages, questions, judgements, or all in one row.

Hugging Face keeps a part of a set in a folder of its own (`corpus/test-00000-of-00002.parquet`) or
names the file after it (`corpus.parquet`); sets in several languages begin with the language
(`french-corpus/…`). Judgements are called `qrels`, or lie in the default part, `data`.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import InvalidRequest

PART = re.compile(
    r"(?:(?:(?P<language>[a-z_]+)-)?(?P<part>corpus|queries|query|qrels)|(?P<rest>data|default))"
    r"(?:-\d.*)?",
    re.IGNORECASE,
)
JUDGEMENTS = ("qrels", "data", "default")
QUESTIONS = ("queries", "query")
TEST = re.compile(r"test(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SetFiles:
    """The files of a set: three parts, or `rows` that hold everything.

    Attributes:
        has_language: the files were chosen by their language, so that rows need not say theirs.
    """

    corpus: tuple[Path, ...] = ()
    queries: tuple[Path, ...] = ()
    qrels: tuple[Path, ...] = ()
    rows: tuple[Path, ...] = ()
    has_language: bool = False


def find_set_files(folder: Path, *, language: str | None = None) -> SetFiles:
    """Sort the parquet files of a folder by what they hold; test files before others.

    Raises:
        InvalidRequest: there are none, a part is missing, or a language must be chosen.
    """
    files = sorted(folder.rglob("*.parquet"))
    if not files:
        raise InvalidRequest(f"{folder} holds no parquet file")
    parts: dict[tuple[str, str], list[Path]] = defaultdict(list)
    for file in files:
        parts[_part(file.relative_to(folder))].append(file)
    spoken = sorted({spoken for spoken, _ in parts} - {""})
    chosen = _choose(spoken, language, folder)
    return _sorted(folder, parts, chosen, files)


def _part(path: Path) -> tuple[str, str]:
    """Return the language and the part that a path names; empty where it names none."""
    for word in (*path.parts[:-1], path.stem):
        found = PART.fullmatch(word)
        if found is not None:
            return (found["language"] or "").lower(), (found["part"] or found["rest"]).lower()
    return "", ""


def _choose(spoken: Sequence[str], language: str | None, folder: Path) -> str:
    if language is not None and language.lower() in spoken:
        return language.lower()
    if len(spoken) > 1:
        raise InvalidRequest(
            f"{folder} holds a set in several languages: name one of {', '.join(spoken)}"
        )
    return spoken[0] if spoken and language is None else ""


def _sorted(
    folder: Path, parts: dict[tuple[str, str], list[Path]], chosen: str, files: Sequence[Path]
) -> SetFiles:
    def first(names: Sequence[str]) -> tuple[Path, ...]:
        keys = [(language, name) for name in names for language in (chosen, "")]
        return _tested(folder, next((parts[key] for key in keys if key in parts), []))

    corpus, queries, qrels = first(["corpus"]), first(QUESTIONS), first(JUDGEMENTS)
    if not corpus and not queries:
        return SetFiles(rows=_tested(folder, files))
    missing = [
        name
        for name, found in (("corpus", corpus), ("queries", queries), ("qrels", qrels))
        if not found
    ]
    if missing:
        raise InvalidRequest(f"{folder} lacks a part of a retrieval set: {', '.join(missing)}")
    return SetFiles(corpus, queries, qrels, has_language=bool(chosen))


def _tested(folder: Path, files: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files of the split that is for testing, or all where none is."""
    test = [f for f in files if any(map(TEST.match, f.relative_to(folder).parts))]
    return tuple(test or files)
