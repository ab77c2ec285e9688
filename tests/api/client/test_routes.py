"""Every operation of the service is a method of both clients, under the same address."""

import inspect
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any
from urllib.parse import unquote

import pytest

from api.app import create_app
from api.callers.bodies import KeyRequest
from api.checkup.bodies import CheckupRequest
from api.client import audit_calls, checkup_calls, document_calls, key_calls, question_calls
from api.client.asynchronous import AsyncPagesightClient
from api.client.call import Call, Stream
from api.client.synchronous import PagesightClient
from api.documents.fetch_bodies import FromUrl
from api.extraction.bodies import ExtractRequest
from api.golden.bodies import NewGoldenQuestion
from api.schemas import ChangedCollection, NewReindex
from api.service import Service

REQUESTS: dict[str, Any] = {
    "create_collection": "new",
    "begin_reindex": NewReindex(),
    "search": "?",
    "ask": "?",
    "ask_stream": "?",
    "plan_answer": "?",
    "extract": ExtractRequest(fields={"type": "object"}),
    "add_question": NewGoldenQuestion(text="?", is_answerable=False),
    "change_collection": ChangedCollection(visibility="public"),
    "fetch_document": FromUrl(url="https://example.org/report.pdf"),
    "check_up": CheckupRequest(),
    "create_key": KeyRequest(name="reader"),
    "change_question": NewGoldenQuestion(text="?", is_answerable=False),
}
OTHERS: dict[str, Any] = {"file": b"", "requests": ["?"], "query": "?", "lines": b""}
Operation = tuple[str, str]
SPOKEN_BY_OTHER_CLIENTS: set[Operation] = {
    ("POST", "/v1/chat/completions"),
    ("GET", "/v1/models/{model}"),
}


def routes(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield name, function


MODULES = (document_calls, question_calls, key_calls, audit_calls, checkup_calls)
ROUTES = dict(found for module in MODULES for found in routes(module))


def described(name: str) -> Call[Any] | Stream[Any]:
    """What a route describes when every id in its path is the name of its parameter."""
    given = {
        parameter: REQUESTS[name]
        if parameter == "request"
        else OTHERS.get(parameter, f"{{{parameter}}}")
        for parameter, kind in inspect.signature(ROUTES[name]).parameters.items()
        if kind.default is kind.empty
    }
    found: Call[Any] | Stream[Any] = ROUTES[name](**given)
    return found


def operations(service: Service) -> set[Operation]:
    paths = create_app(service).openapi()["paths"]
    return {
        (method.upper(), path)
        for path, methods in paths.items()
        if path.startswith("/v1/")
        for method in methods
    }


def test_every_operation_is_described(service: Service) -> None:
    known = {(call.method, unquote(call.path)) for call in map(described, ROUTES)}

    assert operations(service) - known == SPOKEN_BY_OTHER_CLIENTS & operations(service)
    assert known <= operations(service)


@pytest.mark.parametrize("client", [PagesightClient, AsyncPagesightClient])
def test_a_client_has_a_method_for_each_with_its_words(client: type) -> None:
    for name, route in ROUTES.items():
        assert getattr(client, name).__doc__ == route.__doc__, name
        assert inspect.signature(getattr(client, name)) == inspect.signature(route), name


def test_what_makes_something_is_known_by_its_method() -> None:
    makes = {name for name in ROUTES if getattr(described(name), "makes", False)}

    assert all(described(name).method in ("POST", "PUT") for name in makes)
    assert {"upload", "replace_document", "create_collection", "add_question"} <= makes
