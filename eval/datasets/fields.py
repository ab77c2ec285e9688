"""The fields that benchmarks give a question, whatever they call them."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from eval.datasets.base import Label

Row = Mapping[str, Any]  # a row of a data set, as stored

ANSWERS = ("answer", "answers", "raw_answers")
LABELS = {
    "language": "language",
    "query_types": "kind",
    "question_types": "kind",
    "answer_type": "answer_type",
    "query_format": "format",
    "content_type": "content",
    "query_generator": "written_by",
}


def answers_of(row: Row) -> tuple[str, ...]:
    """Return the accepted answers of a question, each once, in the order given."""
    found = (text.strip() for name in ANSWERS for text in _texts(row.get(name)))
    return tuple(dict.fromkeys(text for text in found if text))


def labels_of(row: Row) -> dict[str, Label]:
    """Return what a row says of its question; several values become one label."""
    told = ((label, _label(row.get(name))) for name, label in LABELS.items())
    return {label: value for label, value in told if value is not None}


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from _listed(value)
    elif isinstance(value, Iterable):
        yield from (one for one in value if isinstance(one, str))


def _listed(text: str) -> list[str]:
    """Return the texts of a list that was stored as text, such as "['12', 'twelve']"."""
    if text.startswith("[") and text.endswith("]"):
        try:
            found = ast.literal_eval(text)
        except (ValueError, SyntaxError):
            return [text]
        return [str(one) for one in found]
    return [text]


def _label(value: object) -> Label | None:
    if isinstance(value, list | tuple):
        return ", ".join(sorted(map(str, value))) or None
    return value if isinstance(value, str | bool | int | float) else None
