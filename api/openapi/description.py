"""What the OpenAPI description says beside the routes: tags, names of operations, examples."""

from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from api.openapi.examples import EXAMPLES
from api.routes.shared import failures
from index.errors import TooLarge

TAGS = {
    "collections": "Sets of documents that are indexed alike.",
    "documents": "Files in a collection: upload, list, change, replace, delete.",
    "pages": "What a page looks like, says, and where on it a question finds what it asks for.",
    "jobs": "The indexing of documents: followed page by page, cancelled, tried again.",
    "questions": "Pages that match a question, and answers with citations.",
    "extraction": "Fields of documents by a JSON schema, each with its place on the page.",
    "reindex": "Another index built beside the one that answers.",
    "golden questions": "What people ask of a collection, and the pages that should answer.",
    "evaluations": "What was measured with golden questions, and its reports.",
    "keys": "Who may use the service, how much of it, and what they used up.",
    "audit": "Who changed what, in lines that are chained; and what is to be gone for good.",
    "checkups": "Whether all that is kept is there and agrees.",
    "openai": "Chat completions and models as OpenAI's API has them: a collection is a model.",
    "probes": "Whether the process lives and can do its work.",
}


def describe(app: FastAPI) -> None:
    """Give an application's description tags, short names of operations, and examples.

    Called before the routes are added, which take their names from it.
    """
    app.openapi_tags = [{"name": name, "description": told} for name, told in TAGS.items()]
    app.router.generate_unique_id_function = _operation_id
    plain = app.openapi

    def whole() -> dict[str, Any]:
        if app.openapi_schema is None:
            _add_examples(plain())
            _add_length(plain())
        return plain()

    app.openapi = whole  # type: ignore[method-assign]  # FastAPI's documented way to extend it


def _operation_id(route: APIRoute) -> str:
    return route.name


def _add_length(description: dict[str, Any]) -> None:
    """A body that is too long is refused before any route sees it."""
    operations = [one for path in description["paths"].values() for one in path.values()]
    for operation in operations:
        if "requestBody" in operation and "4XX" not in operation["responses"]:
            operation["responses"].setdefault("413", failures(TooLarge)[413])


def _add_examples(description: dict[str, Any]) -> None:
    for name, schema in description["components"]["schemas"].items():
        if name in EXAMPLES:
            schema["examples"] = [EXAMPLES[name].model_dump(mode="json", by_alias=True)]
