"""Retrieval sets in parquet files, as Hugging Face keeps them.

Two forms are read. In three parts (ViDoRe v2 and v3, the BEIR form of v1, sets of MTEB): a corpus
of page images, queries, and graded judgements, in v3 with boxes. In one (ViDoRe v1): each row is a
page image and maybe a question that it answers; a question that stands in several rows is answered
by each of those pages. Every page image becomes a document of one page. Questions that nobody
judged are left out, as MTEB does.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from eval.datasets.base import EvalQuestion, EvalSet, GoldBox, GoldPage
from eval.datasets.fields import Row, answers_of, labels_of
from eval.datasets.identity import questions_sha256, set_name
from eval.datasets.pictures import Picture, PictureFolder
from eval.datasets.set_files import SetFiles, find_set_files
from eval.datasets.tables import Table
from index.errors import InvalidRequest
from index.records import Box

BOXES = "bounding_boxes"
Pictures = Mapping[str, Picture]


@dataclass(frozen=True, slots=True)
class _Judgement:
    """A page that answers a question, and where: corners in pixels of its image."""

    page: str
    grade: int
    corners: tuple[tuple[float, float, float, float], ...] = ()


def read_parquet(source: Path, *, name: str, work: Path, language: str | None = None) -> EvalSet:
    """Read a set; its page images are written to files.

    Args:
        source: a folder of parquet files, or one file.
        name: what the set is called.
        work: folder for the page images; what is there already is not written again.
        language: only the questions in this language, as the set names it.

    Raises:
        InvalidRequest: the files hold no set of page images, or no question in the language.
        MissingDependency: the extra that reads parquet is not installed.
    """
    named = set_name(name, language)
    files = _files(source, language)
    pictures = PictureFolder(work / set_name(name) / "pages")
    cache = work / "cache"
    read = _read_parts if files.corpus else _read_rows
    questions, corpus = read(files, pictures, cache, language)
    if not questions:
        told = f" in the language {language!r}" if language else ""
        raise InvalidRequest(f"{source} holds no judged question{told}")
    return EvalSet(
        name=named,
        corpus=tuple(dict.fromkeys(picture.path for picture in corpus)),
        questions=tuple(questions),
        judged="graded",
        sha256=questions_sha256(questions),
    )


Found = tuple[list[EvalQuestion], list[Picture]]


def _files(source: Path, language: str | None) -> SetFiles:
    if source.is_file():
        return SetFiles(rows=(source,))
    return find_set_files(source, language=language)


def _read_parts(files: SetFiles, folder: PictureFolder, cache: Path, language: str | None) -> Found:
    rows = _query_rows(Table(files.queries, cache=cache), None if files.has_language else language)
    judged = _judgements(Table(files.qrels, cache=cache), rows)
    pictures = _put_pages(Table(files.corpus, cache=cache), folder)
    questions = [
        _question(name, rows[name][0], judged[name], pictures, rows[name][1])
        for name in rows
        if name in judged
    ]
    return questions, list(pictures.values())


def _query_rows(table: Table, language: str | None) -> dict[str, tuple[str, Row]]:
    """Return text and row of each question, by its id."""
    name, text = table.column("question"), table.column("text")
    return {str(row[name]): (row[text], row) for row in _spoken(table, language)}


def _spoken(table: Table, language: str | None) -> Iterable[Row]:
    if language is None:
        return table.rows()
    if "language" not in table.columns:
        raise InvalidRequest(f"the set does not say which questions are in {language!r}")
    return (row for row in table.rows() if row["language"] == language)


def _judgements(table: Table, asked: Mapping[str, object]) -> dict[str, list[_Judgement]]:
    """Return the pages that answer each question; those judged irrelevant are left out."""
    question, page, score = (table.column(name) for name in ("question", "page", "score"))
    found: dict[str, list[_Judgement]] = defaultdict(list)
    for row in table.rows():
        name, grade = str(row[question]), round(row[score])
        if name in asked and grade > 0:
            found[name].append(_Judgement(str(row[page]), grade, _corners(row.get(BOXES))))
    return found


def _corners(boxes: Iterable[Row] | None) -> tuple[tuple[float, float, float, float], ...]:
    return tuple((one["x1"], one["y1"], one["x2"], one["y2"]) for one in boxes or ())


def _put_pages(table: Table, folder: PictureFolder) -> dict[str, Picture]:
    _check_images(table)
    name, image = table.column("page"), table.column("image")
    return {
        str(row[name]): folder.put(row[image], of=f"page {row[name]}")
        for row in table.rows(name, image)
    }


def _check_images(table: Table) -> None:
    if not table.has("image"):
        raise InvalidRequest(
            "the set has no page images, only the columns "
            f"{', '.join(table.columns)}; Pagesight reads pages, not text"
        )


def _question(
    name: str, text: str, judged: Sequence[_Judgement], pictures: Pictures, row: Row
) -> EvalQuestion:
    unknown = [one.page for one in judged if one.page not in pictures]
    if unknown:
        raise InvalidRequest(f"question {name} is answered by page {unknown[0]}, which is missing")
    if not (text or "").strip():
        raise InvalidRequest(f"question {name} is empty")
    return EvalQuestion(
        id=name,
        text=text,
        pages=_gold_pages(judged, pictures),
        answers=answers_of(row),
        boxes=tuple(box for one in judged for box in _boxes(one, pictures[one.page])),
        labels=labels_of(row),
    )


def _gold_pages(judged: Sequence[_Judgement], pictures: Pictures) -> tuple[GoldPage, ...]:
    """Return each page once, of pages that look the same the best grade."""
    grades: dict[str, int] = {}
    for one in judged:
        document = pictures[one.page].document
        grades[document] = max(one.grade, grades.get(document, 0))
    return tuple(GoldPage(document, 1, grade) for document, grade in grades.items())


def _boxes(judged: _Judgement, picture: Picture) -> Iterable[GoldBox]:
    for x1, y1, x2, y2 in judged.corners:
        left, right = sorted(_fraction(x, picture.width) for x in (x1, x2))
        top, bottom = sorted(_fraction(y, picture.height) for y in (y1, y2))
        if left < right and top < bottom:
            yield GoldBox(picture.document, 1, Box(left, top, right, bottom))


def _fraction(pixels: float, edge: int) -> float:
    return min(max(pixels / edge, 0.0), 1.0)


def _read_rows(files: SetFiles, folder: PictureFolder, cache: Path, language: str | None) -> Found:
    table = Table(files.rows, cache=cache)
    _check_images(table)
    image, text = table.column("image"), table.column("text")
    pictures: list[Picture] = []
    questions: dict[str, EvalQuestion] = {}
    if language is not None and "language" not in table.columns:
        raise InvalidRequest(f"the set does not say which questions are in {language!r}")
    for number, row in enumerate(table.rows()):
        picture = folder.put(row[image], of=f"row {number}")
        pictures.append(picture)
        asked = (row[text] or "").strip()
        if asked and language in (None, row.get("language")):
            new = _row_question(str(number), asked, picture, row)
            questions[asked] = _merged(questions.get(asked), new)
    return list(questions.values()), pictures


def _row_question(name: str, text: str, picture: Picture, row: Row) -> EvalQuestion:
    return EvalQuestion(
        id=name,
        text=text,
        pages=(GoldPage(picture.document, 1),),
        answers=answers_of(row),
        labels=labels_of(row),
    )


def _merged(known: EvalQuestion | None, new: EvalQuestion) -> EvalQuestion:
    if known is None:
        return new
    return replace(
        known,
        pages=tuple(dict.fromkeys((*known.pages, *new.pages))),
        answers=tuple(dict.fromkeys((*known.answers, *new.answers))),
    )
