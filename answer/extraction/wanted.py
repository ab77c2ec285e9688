"""What a JSON schema asks for: single fields, and tables whose rows are objects.

The schema is of an object. Its properties are strings, numbers, integers, booleans or dates
(`"format": "date"`), objects of these, and arrays of flat objects, which are read from table rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from answer.extraction.labels import Label, label_of, name_label, phrases_of, role_of
from answer.extraction.vocabulary import PHRASES, Scope
from index.errors import InvalidSchema

Kind = Literal["string", "number", "integer", "boolean", "date"]

MAX_FIELDS = 100
MAX_DEPTH = 4
MAX_LABELS = 32
MAX_PATTERN_CHARACTERS = 200
MAX_REPEATS = 4
MAX_LABEL_WORDS = 6
_KINDS: Mapping[str, Kind] = {
    "string": "string", "number": "number", "integer": "integer", "boolean": "boolean",
}  # fmt: skip
_UNREAD = ("$ref", "allOf", "anyOf", "oneOf", "not", "if")
_REPEAT = re.compile(r"(?<!\\)(?:\\\\)*(?:[*+]|\{\d*,\d*\})")
_REPEATED_GROUP = re.compile(r"(?<!\\)\)(?:[*+]|\{)")


@dataclass(frozen=True, slots=True)
class WantedField:
    """A value to find.

    Attributes:
        path: its place in the object, `seller.name`; of a table's column its place in the row.
        kind: what its value is.
        labels: what the documents may call it.
        role: what it means, where that is known: `total`, `quantity`.
        is_required: the schema says so.
        pattern: what its text must match.
        choices: the values that it may have; any when empty.
    """

    path: str
    kind: Kind
    labels: tuple[Label, ...]
    role: str | None = None
    is_required: bool = False
    pattern: str | None = None
    choices: tuple[str | float | bool, ...] = ()


@dataclass(frozen=True, slots=True)
class WantedTable:
    """Rows to find; each column is a field."""

    path: str
    columns: tuple[WantedField, ...]
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything that a schema asks for."""

    fields: tuple[WantedField, ...]
    tables: tuple[WantedTable, ...]

    @property
    def n_fields(self) -> int:
        """Fields and columns."""
        return len(self.fields) + sum(len(table.columns) for table in self.tables)


def read_schema(schema: Mapping[str, Any]) -> Wanted:
    """Read what a JSON schema asks for.

    Raises:
        InvalidSchema: it is no schema of an object, or says what is not understood here.
    """
    if _type_of(schema, "") != "object" or not isinstance(schema.get("properties"), dict):
        raise InvalidSchema("the schema must be of an object with properties")
    found = list(_properties(schema, "", depth=1))
    wanted = Wanted(
        tuple(one for one in found if isinstance(one, WantedField)),
        tuple(one for one in found if isinstance(one, WantedTable)),
    )
    if not 0 < wanted.n_fields <= MAX_FIELDS:
        raise InvalidSchema(
            f"a schema must ask for 1 to {MAX_FIELDS} fields, got {wanted.n_fields}"
        )
    return wanted


def _properties(
    schema: Mapping[str, Any], prefix: str, *, depth: int, is_required: bool = True
) -> Iterator[WantedField | WantedTable]:
    if depth > MAX_DEPTH:
        raise InvalidSchema(f"{prefix!r}: objects may be {MAX_DEPTH} deep")
    required = schema.get("required", [])
    for name, told in schema["properties"].items():
        path = f"{prefix}.{name}" if prefix else name
        if not name or any(c in name for c in ".[]"):
            raise InvalidSchema(f"{path!r}: a name must not be empty or hold any of . [ ]")
        must = is_required and name in required
        kind = _type_of(told, path)
        if kind == "object":
            if not isinstance(told.get("properties"), dict):
                raise InvalidSchema(f"{path!r}: an object needs properties")
            yield from _properties(told, path, depth=depth + 1, is_required=must)
        elif kind == "array":
            yield _table(told, path, is_required=must)
        else:
            yield _field(told, path, "single", is_required=must)


def _table(told: Mapping[str, Any], path: str, *, is_required: bool) -> WantedTable:
    items = told.get("items")
    if not isinstance(items, Mapping) or not isinstance(items.get("properties"), dict):
        raise InvalidSchema(f"{path!r}: an array needs items that are objects with properties")
    required = items.get("required", [])
    columns = tuple(
        _field(column, name, "column", is_required=name in required)
        for name, column in items["properties"].items()
    )
    return WantedTable(path, columns, is_required)


def _field(told: Mapping[str, Any], path: str, scope: Scope, *, is_required: bool) -> WantedField:
    kind = _KINDS.get(_type_of(told, path))
    if kind is None:
        raise InvalidSchema(f"{path!r}: type {told.get('type')!r} is not understood here")
    if kind == "string" and told.get("format") == "date":
        kind = "date"
    own = tuple(dict.fromkeys(label for label in _own_labels(told, path) if label))
    role = _role(told, path, own, scope)
    field = WantedField(path, kind, own, role, is_required, _pattern(told, path), _choices(told))
    return field if role is None else replace(field, labels=(*own, *phrases_of(role, scope)))


def _type_of(told: object, path: str) -> str:
    """The type, of several the one that is not null."""
    if not isinstance(told, Mapping):
        raise InvalidSchema(f"{path!r}: expected a schema, got {told!r}")
    for word in _UNREAD:
        if word in told:
            raise InvalidSchema(f"{path!r}: {word!r} is not understood here; write it out")
    kind = told.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), None)
    if not isinstance(kind, str):
        raise InvalidSchema(f"{path!r}: a type is needed, got {kind!r}")
    return kind


def _own_labels(told: Mapping[str, Any], path: str) -> Iterator[Label]:
    """The name, title, short description and `x-labels` of a property."""
    yield name_label(path.rpartition(".")[2])
    labels = told.get("x-labels", [])
    if not isinstance(labels, list) or len(labels) > MAX_LABELS:
        raise InvalidSchema(f"{path!r}: x-labels must be a list of at most {MAX_LABELS} texts")
    for text in (told.get("title"), told.get("description"), *labels):
        if isinstance(text, str) and len(text.split()) <= MAX_LABEL_WORDS:
            yield label_of(text)
            yield from (label_of(said) for said in re.findall(r"['\"‘“„](.+?)['\"’”“]", text))  # noqa: RUF001  quotes as people type them


def _role(told: Mapping[str, Any], path: str, own: Sequence[Label], scope: Scope) -> str | None:
    role = told.get("x-role")
    name = path.rpartition(".")[2]
    if role is None and name in PHRASES[scope]:
        return name
    if role is None:
        return next((found for label in own if (found := role_of(label, scope))), None)
    if role not in PHRASES[scope]:
        known = ", ".join(sorted(PHRASES[scope]))
        raise InvalidSchema(f"{path!r}: x-role {role!r} is none of {known}")
    return str(role)


def _pattern(told: Mapping[str, Any], path: str) -> str | None:
    """The pattern, if it can be matched in bounded time."""
    pattern = told.get("pattern")
    if pattern is None:
        return None
    if not isinstance(pattern, str) or len(pattern) > MAX_PATTERN_CHARACTERS:
        raise InvalidSchema(f"{path!r}: a pattern of {MAX_PATTERN_CHARACTERS} characters at most")
    if _REPEATED_GROUP.search(pattern) or len(_REPEAT.findall(pattern)) > MAX_REPEATS:
        raise InvalidSchema(
            f"{path!r}: the pattern repeats a group, or has over {MAX_REPEATS} open repeats; "
            "write the group out"
        )
    try:
        re.compile(pattern)
    except re.error as error:
        raise InvalidSchema(f"{path!r}: the pattern is not understood: {error}") from error
    return pattern


def _choices(told: Mapping[str, Any]) -> tuple[str | float | bool, ...]:
    allowed = [told["const"]] if "const" in told else told.get("enum", [])
    if not isinstance(allowed, list):
        raise InvalidSchema(f"enum must be a list, got {allowed!r}")
    return tuple(one for one in allowed if isinstance(one, str | int | float))
