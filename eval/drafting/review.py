"""What a person accepted becomes a golden set, or part of one that is there."""

import csv
import io
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from eval.datasets.golden import BOXES, PAGES, QUESTIONS, read_golden
from eval.drafting.proposals import Proposal, replace_text
from index.errors import InvalidRequest

CORPUS = "corpus"
Key = tuple[str, ...]
COLUMNS = ("query_id", "doc", "page", "score")


def accept(proposals: Sequence[Proposal], documents: Path, into: Path) -> int:
    """Write the accepted questions into a golden set and return how many they are.

    A question that the set has already, by its id, takes the wording it was accepted with; all
    other lines of the set stay as they are. Documents that the set lacks are copied.

    Args:
        proposals: as read from their file.
        documents: folder in which the documents lie.
        into: folder of the golden set; made where it is missing.

    Raises:
        InvalidRequest: a document is not to be found, or the folder holds something else.
    """
    accepted = [one for one in proposals if one.status == "accepted"]
    if not accepted:
        raise InvalidRequest(
            "no proposal is accepted; write `accepted` as the status of those that are good"
        )
    if (into / QUESTIONS).exists():
        read_golden(into)
    files = _files(documents, into / CORPUS, {one.doc for one in accepted})
    (into / CORPUS).mkdir(parents=True, exist_ok=True)
    for path in files:
        shutil.copyfile(path, into / CORPUS / path.name)
    _merge_pages(into / PAGES, accepted)
    _merge_lines(into / BOXES, [_box(one) for one in accepted])
    _merge_lines(into / QUESTIONS, [_question(one) for one in accepted])
    return len(accepted)


def _question(one: Proposal) -> dict[str, object]:
    return {
        "query_id": one.query_id,
        "query": one.query,
        "answers": list(one.answers),
        "lang": one.lang,
        "kind": "text",
        "evidence": one.evidence,
    }


def _box(one: Proposal) -> dict[str, object]:
    return {"query_id": one.query_id, "doc": one.doc, "page": one.page, "box": list(one.box)}


def _files(documents: Path, corpus: Path, stems: Iterable[str]) -> list[Path]:
    """The files to copy, after making sure that every document has exactly one."""
    missing: list[Path] = []
    for stem in sorted(stems):
        if _named(corpus, stem):
            continue
        found = _named(documents, stem)
        if len(found) != 1:
            raise InvalidRequest(
                f"expected one document {stem!r} in {documents}, found {len(found)}; "
                "name the folder that holds it with --documents"
            )
        missing += found
    return missing


def _named(folder: Path, stem: str) -> list[Path]:
    return [p for p in sorted(folder.rglob("*")) if p.is_file() and p.stem == stem]


def _merge_lines(path: Path, fresh: Sequence[Mapping[str, object]]) -> None:
    """Put lines of JSON in the place of those about the same, or at the end."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    old = [(_key(json.loads(line)), line) for line in lines if line.strip()]
    new = [(_key(line), json.dumps(line, ensure_ascii=False)) for line in fresh]
    _write(path, _merged(old, new))


def _merge_pages(path: Path, accepted: Sequence[Proposal]) -> None:
    rows = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    reader = csv.DictReader(rows, delimiter="\t")
    columns = list(reader.fieldnames or COLUMNS)
    old = [(_key(row), _row(columns, row)) for row in reader]
    fresh = [
        {"query_id": one.query_id, "doc": one.doc, "page": str(one.page), "score": "1"}
        for one in accepted
    ]
    new = [(_key(row), _row(columns, row)) for row in fresh]
    _write(path, ["\t".join(columns), *_merged(old, new)])


def _key(line: Mapping[str, object]) -> Key:
    """What a line is about: a question, or a question and a page."""
    return tuple(str(line.get(column, "")) for column in COLUMNS[:3])


def _row(columns: Sequence[str], values: Mapping[str, str]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, delimiter="\t", lineterminator="")
    writer.writerow([values.get(column, "") for column in columns])
    return written.getvalue()


def _merged(old: Iterable[tuple[Key, str]], new: Iterable[tuple[Key, str]]) -> list[str]:
    """Old lines in their order, renewed where there is a new one about the same; then the rest."""
    return list(dict([*old, *new]).values())


def _write(path: Path, lines: Iterable[str]) -> None:
    replace_text(path, "".join(f"{line}\n" for line in lines))
