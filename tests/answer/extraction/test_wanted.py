from typing import Any

import pytest

from answer.extraction.wanted import MAX_FIELDS, read_schema
from index.errors import InvalidSchema


def schema(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def test_objects_are_read_by_path_and_arrays_as_tables() -> None:
    row = schema(qty={"type": "integer"})
    wanted = read_schema(
        schema(
            seller=schema(name={"type": "string"}),
            paid={"type": ["boolean", "null"]},
            day={"type": "string", "format": "date"},
            lines={"type": "array", "items": row},
        )
        | {"required": ["day", "lines"]}
    )
    kinds = {field.path: (field.kind, field.is_required) for field in wanted.fields}
    assert kinds == {
        "seller.name": ("string", False),
        "paid": ("boolean", False),
        "day": ("date", True),
    }
    (table,) = wanted.tables
    assert (table.path, table.is_required) == ("lines", True)
    assert [(c.path, c.kind, c.role) for c in table.columns] == [("qty", "integer", "quantity")]


def test_a_field_is_called_by_its_name_title_and_labels_and_what_its_role_is_called() -> None:
    total = {"type": "number", "title": "Amount due", "x-labels": ["To settle"]}
    (field,) = read_schema(schema(sum={**total, "description": "What is left to pay"})).fields
    assert field.role == "total"
    assert {("amount", "due"), ("to", "settle"), ("gesamtbetrag",)} <= set(field.labels)


def test_a_role_may_be_given_for_a_name_that_says_nothing() -> None:
    (field,) = read_schema(schema(f1={"type": "number", "x-role": "tax"})).fields
    assert field.role == "tax"
    assert ("mwst",) in field.labels


def test_a_quoted_label_in_a_description_counts() -> None:
    told = {"type": "string", "description": "printed as 'Our sign'"}
    (field,) = read_schema(schema(f1=told)).fields
    assert ("our", "sign") in field.labels


ARRAY = {"type": "array"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"type": "array"}, "object with properties"),
        ({"type": "object"}, "object with properties"),
        (schema(), "1 to 100 fields"),
        (schema(a={"type": "null"}), "type 'null'"),
        (schema(a={}), "a type is needed"),
        (schema(a="string"), "expected a schema"),
        (schema(a={"$ref": "#/b"}), "'$ref' is not understood"),
        (schema(a={"type": "object"}), "an object needs properties"),
        (schema(a=ARRAY | {"items": {"type": "string"}}), "items that are objects"),
        (schema(a=ARRAY | {"items": schema(b=schema(c={"type": "string"}))}), "type 'object'"),
        (schema(**{"a.b": {"type": "string"}}), "must not be empty"),
        (schema(a={"type": "string", "x-role": "king"}), "none of"),
        (schema(a={"type": "string", "x-labels": "Total"}), "must be a list"),
        (schema(a={"type": "string", "enum": "x"}), "enum must be a list"),
        (schema(a={"type": "string", "pattern": "("}), "not understood"),
        (schema(a={"type": "string", "pattern": "x" * 201}), "200 characters"),
        (schema(a={"type": "string", "pattern": "(a+)+b"}), "repeats a group"),
        (schema(a={"type": "string", "pattern": ".*.*.*.*.*x"}), "open repeats"),
        (schema(**{f"f{n}": {"type": "string"} for n in range(MAX_FIELDS + 1)}), "got 101"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_schema_that_cannot_be_read_is_refused(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidSchema, match=None) as refused:
        read_schema(asked)
    assert told in str(refused.value)


def test_objects_may_not_be_nested_without_end() -> None:
    nested = schema(a={"type": "string"})
    for _ in range(5):
        nested = schema(a=nested)
    with pytest.raises(InvalidSchema, match="4 deep"):
        read_schema(nested)
