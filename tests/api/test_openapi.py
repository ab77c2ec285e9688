import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from api.app import include_routes
from api.openapi import description
from api.openapi.examples import EXAMPLES
from tests.index.test_errors import tree

CODES = {error.code for error in tree()}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    app = FastAPI()
    description.describe(app)
    include_routes(app)
    return app.openapi()


def operations(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def bodies(operation: dict[str, Any]) -> Iterator[str]:
    """Names of the JSON shapes that a route takes or gives."""
    fine = [told for status, told in operation["responses"].items() if status < "4"]
    for told in [operation.get("requestBody", {}), *fine]:
        schema = told.get("content", {}).get("application/json", {}).get("schema", {})
        for one in [schema, schema.get("items", {}), *schema.get("anyOf", [])]:
            if "$ref" in one:
                yield one["$ref"].rpartition("/")[2]


def test_every_route_has_a_name_of_its_own_and_a_tag_that_is_described(
    described: dict[str, Any],
) -> None:
    names = [operation["operationId"] for _, operation in operations(described)]
    tags = {tag["name"] for tag in described["tags"] if tag["description"]}

    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)
    assert {tag for _, operation in operations(described) for tag in operation["tags"]} == tags


def test_every_parameter_of_a_route_is_described(described: dict[str, Any]) -> None:
    told_nothing = [
        (route, one["name"])
        for route, operation in operations(described)
        for one in operation.get("parameters", [])
        if not one.get("description")
    ]

    assert told_nothing == []


def test_every_body_has_an_example(described: dict[str, Any]) -> None:
    wanted = {name for _, operation in operations(described) for name in bodies(operation)}
    shapes = described["components"]["schemas"]

    assert len(wanted) > 15
    assert [name for name in sorted(wanted) if not shapes[name].get("examples")] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_shown_as_it_would_be_sent(described: dict[str, Any], name: str) -> None:
    (shown,) = described["components"]["schemas"][name]["examples"]

    assert type(EXAMPLES[name]).model_validate(shown) == EXAMPLES[name]


def test_every_problem_is_shown_by_an_example_with_a_code_that_is_one(
    described: dict[str, Any],
) -> None:
    for route, operation in operations(described):
        for status, told in operation["responses"].items():
            if status < "4" or route == "GET /readyz" or "openai" in operation["tags"]:
                continue
            examples = told["content"]["application/problem+json"]["examples"]
            assert examples, (route, status)
            for code, example in examples.items():
                assert code in CODES
                assert (example["value"]["code"], example["value"]["status"]) == (code, int(status))


def test_no_answer_holds_the_vectors_of_a_page(described: dict[str, Any]) -> None:
    named = {
        (schema, field)
        for schema, told in described["components"]["schemas"].items()
        for field in told.get("properties", {})
    }

    assert ("HeatRow", "box") in named
    assert [one for one in sorted(named) if re.search("vector|embedding", one[1])] == []
