"""Opens a data set by what lies there."""

from pathlib import Path

from eval.datasets import golden
from eval.datasets.base import EvalSet
from eval.datasets.docvqa import ENDINGS, holds_docvqa, read_docvqa
from eval.datasets.golden import read_golden, read_questions
from eval.datasets.hub import fetch_set, is_hub_name
from eval.datasets.parquet import read_parquet
from index.errors import InvalidRequest

LOOKED_FOR = (
    f"looked for {golden.QUESTIONS} (a golden set, or a file of questions), *.parquet (ViDoRe and "
    "other sets of the hub), or a JSON file with `data` (DocVQA, MP-DocVQA)"
)


def open_set(
    source: str,
    *,
    work: Path,
    language: str | None = None,
    revision: str | None = None,
    allow_network: bool = False,
) -> EvalSet:
    """Open a data set.

    Args:
        source: a folder, a file, or the name of a set on the Hugging Face hub, `owner/set`.
        work: folder for page images that are taken out of rows.
        language: only the questions in this language, as the set names it; parquet sets only.
        revision: a commit of a set on the hub; the newest when None.
        allow_network: whether the hub may be asked; else only its cache is read.

    Raises:
        InvalidRequest: nothing there is a data set, or it is not usable.
        MissingDependency: the extra that reads parquet is not installed.
        Unavailable: the hub does not send the set.
    """
    path = Path(source)
    if not path.exists():
        if not is_hub_name(source):
            raise InvalidRequest(
                f"{source} is neither a folder or file here nor a name on the hub (owner/set)"
            )
        path = fetch_set(source, revision=revision, allow_network=allow_network)
        return read_parquet(path, name=source, work=work, language=language)
    if path.suffix == ".parquet" or (path.is_dir() and not _is_golden(path) and _has_parquet(path)):
        return read_parquet(path, name=path.resolve().stem, work=work, language=language)
    if language is not None:
        raise InvalidRequest(f"{source} does not say in which language its questions are")
    return _open_folder_or_json(path)


def _open_folder_or_json(path: Path) -> EvalSet:
    if path.suffix == ".jsonl":
        return read_questions(path)
    if path.is_file():
        if not holds_docvqa(path):
            raise InvalidRequest(f"{path} is no data set; {LOOKED_FOR}")
        return read_docvqa(path, images=_image_folder(path))
    if _is_golden(path):
        return read_golden(path)
    found = [file for file in sorted(path.rglob("*.json")) if holds_docvqa(file)]
    if len(found) > 1:
        told = ", ".join(str(file.relative_to(path)) for file in found)
        raise InvalidRequest(f"{path} holds several question files, name one of them: {told}")
    if not found:
        raise InvalidRequest(f"{path} is no data set; {LOOKED_FOR}")
    return read_docvqa(found[0], images=path)


def _is_golden(folder: Path) -> bool:
    return (folder / golden.QUESTIONS).exists() or (folder / golden.PAGES).exists()


def _has_parquet(folder: Path) -> bool:
    return next(folder.rglob("*.parquet"), None) is not None


def _image_folder(file: Path) -> Path:
    """Return the folder of a question file, or the one above where questions have their own."""
    beside = any(one.is_dir() or one.suffix.lower() in ENDINGS for one in file.parent.iterdir())
    return file.parent if beside else file.parent.parent
