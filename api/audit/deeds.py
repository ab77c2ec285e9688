"""What changes something, in the words of the audit log: the verb of each route, and its ids."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from api.callers.access import Access, tenant_of
from api.schemas import NAMED_PATTERN
from index.catalog.lines import DONE, Deed

LOCAL = "local"  # who runs a command on the data folder
OPERATOR = "operator"  # who reaches the service and needs no key
ERASURES = ("POST", "/v1/erasures")
_COLLECTION = "/v1/collections/{collection}"
_DOCUMENT = f"{_COLLECTION}/documents/{{document}}"
_QUESTION = f"{_COLLECTION}/questions/{{question}}"

ACTIONS: Mapping[tuple[str, str], str] = {
    ("POST", "/v1/collections"): "collection.create",
    ("PATCH", _COLLECTION): "collection.change",
    ("DELETE", _COLLECTION): "collection.delete",
    ("POST", f"{_COLLECTION}/documents"): "document.upload",
    ("POST", f"{_COLLECTION}/documents/from-url"): "document.fetch",
    ("PATCH", _DOCUMENT): "document.change",
    ("PUT", _DOCUMENT): "document.replace",
    ("DELETE", _DOCUMENT): "document.delete",
    ERASURES: "document.erase",
    ("POST", "/v1/jobs/{job}/cancel"): "job.cancel",
    ("POST", "/v1/jobs/{job}/retry"): "job.retry",
    ("POST", f"{_COLLECTION}/reindex"): "index.rebuild",
    ("POST", f"{_COLLECTION}/reindex/rollback"): "index.rollback",
    ("DELETE", f"{_COLLECTION}/reindex"): "index.forget",
    ("POST", f"{_COLLECTION}/questions"): "question.create",
    ("PUT", _QUESTION): "question.change",
    ("DELETE", _QUESTION): "question.delete",
    ("POST", f"{_COLLECTION}/questions.jsonl"): "question.import",
    ("DELETE", "/v1/evaluations/{evaluation}"): "evaluation.delete",
    ("POST", "/v1/keys"): "key.create",
    ("DELETE", "/v1/keys/{key}"): "key.revoke",
}
CHANGE_NOTHING = frozenset(  # methods that may change something, on routes that only ask
    {
        ("POST", f"{_COLLECTION}/search"),
        ("POST", f"{_COLLECTION}/search/batch"),
        ("POST", f"{_COLLECTION}/answers"),
        ("POST", f"{_COLLECTION}/extract"),
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/checkups"),
    }
)
_IDS = {"key": "[0-9a-f]{16}", "question": r"[\w.-]{1,64}", "evaluation": r"[\w.-]{1,64}"}
_MADE: Mapping[str, Mapping[str, Sequence[str]]] = {  # where an answer has the ids of what was made
    "document.upload": {"document": ("document", "id"), "job": ("job", "id")},
    "document.fetch": {"document": ("document", "id"), "job": ("job", "id")},
    "document.replace": {"job": ("job", "id")},
    "job.cancel": {"document": ("document",)},
    "job.retry": {"document": ("document",), "begun": ("id",)},
    "question.create": {"question": ("id",)},
    "key.create": {"key": ("id",)},
}


def named_ids(access: Access, named: Mapping[str, str]) -> dict[str, str]:
    """Return the ids among what a request names; what is none may be anything, and is left out."""
    found = {name: value for name, value in named.items() if _is_id(name, value)}
    if "collection" in found:
        found["collection"] = access.full_name(found["collection"])
    return found


def made_ids(access: Access, action: str, answered: object) -> dict[str, str]:
    """Return the ids of what was made, from the JSON of the answer."""
    if action == "collection.create" and isinstance(answered, dict):
        return {"collection": access.full_name(answered["name"])}
    found = {name: _at(answered, path) for name, path in _MADE.get(action, {}).items()}
    return {name: value for name, value in found.items() if value is not None}


def deed_of(
    access: Access,
    action: str,
    about: Mapping[str, Any],
    *,
    result: str = DONE,
    request: str = "",
    who: str | None = None,
) -> Deed:
    """Return the deed of who asks; it belongs to whose collection it is about."""
    collection = about.get("collection")
    tenant = tenant_of(collection) if collection else access.tenant
    return Deed(action, who or access.key_id or OPERATOR, tenant, result, request, about)


def _is_id(name: str, value: str) -> bool:
    if name == "collection":
        return re.fullmatch(NAMED_PATTERN, value) is not None
    if name in ("document", "job"):
        return _is_uuid(value)
    return name in _IDS and re.fullmatch(_IDS[name], value, re.ASCII) is not None


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _at(answered: object, path: Sequence[str]) -> str | None:
    for name in path:
        answered = answered.get(name) if isinstance(answered, dict) else None
    return answered if isinstance(answered, str) else None
