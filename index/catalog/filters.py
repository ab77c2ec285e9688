"""Filters on documents, turned into SQL conditions over the catalog."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Numeric, and_, case, cast, func, or_, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from index.catalog.schema import documents
from index.errors import InvalidFilter

Scalar = str | int | float | bool
MAX_CONDITIONS = 32
RANGE_VERBS = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Which documents a search may see; every given part must hold.

    Attributes:
        documents: ids, any of which.
        names: file names, any of which; `*` stands for any run of characters.
        metadata: field to condition: a plain value (equals), or a mapping with one of `in`
            (any of these), `not` (differs or is absent), `gt`, `gte`, `lt`, `lte` (numbers).

    Raises:
        InvalidFilter: too many conditions, or one that is not understood.
    """

    documents: Sequence[UUID] = ()
    names: Sequence[str] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len(self.metadata) + len(self.names) > MAX_CONDITIONS:
            raise InvalidFilter(f"a filter may hold at most {MAX_CONDITIONS} conditions")
        for name, condition in self.metadata.items():
            _check_condition(name, condition)

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the SQL conditions, to be joined by AND."""
        found: list[ColumnElement[bool]] = []
        if self.documents:
            found.append(documents.c.id.in_(list(self.documents)))
        if self.names:
            found.append(or_(*(_name_matches(name) for name in self.names)))
        found.extend(_metadata_matches(n, c) for n, c in self.metadata.items())
        return found


def _check_condition(name: str, condition: object) -> None:
    if isinstance(condition, str | int | float):
        return
    if not isinstance(condition, Mapping) or not condition:
        raise InvalidFilter(
            f"metadata {name!r}: expected a value or a condition, got {condition!r}"
        )
    for verb, value in condition.items():
        _check_verb(name, verb, value)


def _check_verb(name: str, verb: str, value: object) -> None:
    if verb in RANGE_VERBS and isinstance(value, int | float) and not isinstance(value, bool):
        return
    if verb == "not" and isinstance(value, str | int | float):
        return
    if verb == "in" and isinstance(value, list) and 0 < len(value) <= 1000:
        return
    raise InvalidFilter(
        f"metadata {name!r}: {verb!r} with {value!r} is not understood; "
        "use in [..], not value, or gt/gte/lt/lte number"
    )


def _name_matches(pattern: str) -> ColumnElement[bool]:
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return documents.c.name.like(escaped.replace("*", "%"), escape="\\")


def _metadata_matches(name: str, condition: Any) -> ColumnElement[bool]:  # noqa: ANN401  checked above: a scalar or a mapping
    value = documents.c.metadata[name]
    if not isinstance(condition, Mapping):
        return _equals(value, condition)
    return and_(*(_verb_matches(value, verb, wanted) for verb, wanted in condition.items()))


def _verb_matches(value: ColumnElement[Any], verb: str, wanted: Any) -> ColumnElement[bool]:  # noqa: ANN401  checked above
    if verb == "in":
        return or_(*(_equals(value, one) for one in wanted))
    if verb == "not":
        return or_(value.is_(None), ~_equals(value, wanted))
    number = cast(value.astext, Numeric)
    compare = {
        "gt": number.__gt__,
        "gte": number.__ge__,
        "lt": number.__lt__,
        "lte": number.__le__,
    }[verb]
    # CASE, not AND: SQL may cast before it tests
    return case((func.jsonb_typeof(value) == "number", compare(wanted)), else_=False)


def _equals(value: ColumnElement[Any], wanted: Scalar) -> ColumnElement[bool]:
    return value == type_coerce(wanted, JSONB)
