"""DocVQA and MP-DocVQA: questions on single pages of scanned documents.

Mathew et al., "DocVQA: A dataset for VQA on document images", WACV 2021; Tito et al.,
"Hierarchical multimodal transformers for Multi-Page DocVQA", 2023. Both ask on a document that is
given; here the page has to be found first, among all pages that the file names. Page images lie
beside the file, in the folder that it names or in any other.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from eval.datasets.base import EvalQuestion, EvalSet, GoldPage
from eval.datasets.fields import Row, answers_of, labels_of
from eval.datasets.identity import questions_sha256, set_name
from index.errors import InvalidRequest

ENDINGS = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".webp")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question with the names of its pages as the file has them."""

    row: Row
    pages: tuple[str, ...]
    gold: str


def holds_docvqa(path: Path) -> bool:
    """Tell whether a JSON file is one of these sets."""
    try:
        rows = _rows(path)
    except InvalidRequest:
        return False
    return bool(rows) and "question" in rows[0] and ("image" in rows[0] or "page_ids" in rows[0])


def read_docvqa(path: Path, *, images: Path | None = None) -> EvalSet:
    """Read a set.

    Args:
        path: the JSON file of one split.
        images: folder of the page images; the file's own when None.

    Raises:
        InvalidRequest: the file is none of these sets, or a page's image is missing.
    """
    asked = [_asked(row, path) for row in _rows(path)]
    shelf = _Shelf(images or path.parent)
    names = dict.fromkeys(page for one in asked for page in one.pages)
    files = {name: shelf.find(name) for name in names}
    same = _first_of_same_bytes(sorted(set(files.values())))
    questions = [_question(one, same[files[one.gold]]) for one in asked]
    corpus = tuple(dict.fromkeys(same[file] for file in files.values()))
    _check_names(corpus)
    return EvalSet(
        name=set_name(path.stem),
        corpus=corpus,
        questions=tuple(questions),
        judged="alternatives",
        sha256=questions_sha256(questions),
    )


def _rows(path: Path) -> list[Row]:
    try:
        read = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise InvalidRequest(f"{path} cannot be read: {error}") from error
    rows = read.get("data") if isinstance(read, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidRequest(f"{path} holds no list `data` of questions")
    return rows


def _asked(row: Row, path: Path) -> _Asked:
    if not {"questionId", "question"} <= row.keys() or not {"image", "page_ids"} & row.keys():
        raise InvalidRequest(
            f"{path}: a question has questionId, question, and image or page_ids; got "
            f"{', '.join(row)}"
        )
    if "image" in row:
        return _Asked(row, (row["image"],), row["image"])
    pages, place = tuple(row["page_ids"]), row.get("answer_page_idx")
    if not isinstance(place, int) or not 0 <= place < len(pages):
        raise InvalidRequest(
            f"{path}: question {row['questionId']} does not say which of its {len(pages)} pages "
            f"answers it, answer_page_idx is {place}; test splits withhold it"
        )
    return _Asked(row, pages, pages[place])


class _Shelf:
    """The image files of a folder, found by path or else by name, with or without ending."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_name: dict[str, Path] = {}
        for file in sorted(folder.rglob("*")):
            if file.suffix.lower() in ENDINGS:
                self._by_name.setdefault(file.name, file)
                self._by_name.setdefault(file.stem, file)

    def find(self, name: str) -> Path:
        """Return the file of a page; names that lead out of the folder are looked for inside."""
        plain = PurePosixPath(name)
        if ".." not in plain.parts and (self._folder / plain).is_relative_to(self._folder):
            file = self._folder / plain
            if file.is_file():
                return file
        found = self._by_name.get(plain.name)
        if found is None:
            raise InvalidRequest(f"{self._folder} lacks the page image {name}")
        return found


def _first_of_same_bytes(files: Sequence[Path]) -> dict[Path, Path]:
    """Return for each file the first one with the same bytes: the service keeps them once."""
    first: dict[tuple[int, str], Path] = {}
    return {file: first.setdefault(key, file) for file, key in _keys(files)}


def _keys(files: Iterable[Path]) -> Iterator[tuple[Path, tuple[int, str]]]:
    """Return size and digest of each file; a file that is alone with its size is not read."""
    by_size: dict[int, list[Path]] = defaultdict(list)
    for file in files:
        by_size[file.stat().st_size].append(file)
    for size, some in by_size.items():
        for file in some:
            alone = len(some) == 1
            yield file, (size, "" if alone else hashlib.sha256(file.read_bytes()).hexdigest())


def _check_names(corpus: Sequence[Path]) -> None:
    named: dict[str, Path] = {}
    for file in corpus:
        other = named.setdefault(file.stem, file)
        if other is not file:
            raise InvalidRequest(f"{other} and {file} are two pages of one name: rename one")


def _question(asked: _Asked, file: Path) -> EvalQuestion:
    name, text = str(asked.row["questionId"]), asked.row["question"]
    if not text.strip():
        raise InvalidRequest(f"question {name} is empty")
    return EvalQuestion(
        id=name,
        text=text,
        pages=(GoldPage(file.stem, 1),),
        answers=answers_of(asked.row),
        labels=labels_of(asked.row),
    )
