"""Write docs/rest.md from the OpenAPI description, so that it cannot say anything else.

python -m tools.write_rest
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from api.app import include_routes
from api.openapi import description

PAGE = Path(__file__).parents[1] / "docs" / "rest.md"
HEAD = """\
# REST

Written by `tools/write_rest.py` from the routes. The same description, with the shape and an
example of every body, is served at `/openapi.json` and as a page at `/docs`.

- A failure is `application/problem+json` (RFC 9457) with a stable `code`; the tables name those of
  each route. Every route can also answer 500 `internal_error`, which is a bug.
- Lists take `limit` and `cursor`; `next` of one page is the `cursor` of the following one.
- Where the column says so, a request may carry `Idempotency-Key`. The same key with the same
  request again gets the first answer for 24 hours, with the header `Idempotent-Replayed: true`;
  with another request it is refused (422), and while the first is worked on too (409). What failed
  is not kept: its key may try again.
- Events are server-sent: `event`, `data` with JSON, and for pages of a job an `id` to go on behind
  with `Last-Event-ID`. The last event is `done` or `error`; comments fill the silence.
"""


def rest() -> str:
    """Return the page: a table for each tag, a row for each route."""
    app = FastAPI()
    description.describe(app)
    include_routes(app)
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return HEAD + "".join(_section(tag, told, paths) for tag, told in description.TAGS.items())


def main() -> None:
    """Write the page."""
    PAGE.write_text(rest(), encoding="utf-8")


def _section(tag: str, told: str, paths: dict[str, dict[str, Any]]) -> str:
    rows = [
        _row(method, path, operation)
        for path, operations in paths.items()
        for method, operation in operations.items()
        if tag in operation["tags"]
    ]
    head = "| route | what it does | key | answers | problems |\n|---|---|---|---|---|\n"
    return f"\n## {tag.capitalize()}\n\n{told}\n\n{head}{''.join(rows)}"


def _row(method: str, path: str, operation: dict[str, Any]) -> str:
    what = operation["description"].partition("\n")[0].rstrip(".")
    headers = [one["name"] for one in operation.get("parameters", []) if one["in"] == "header"]
    key = "yes" if "Idempotency-Key" in headers else ""
    fine = ", ".join(status for status in operation["responses"] if status < "4")
    problems = ", ".join(_problems(operation["responses"]))
    return f"| `{method.upper()} {path}` | {what} | {key} | {fine} | {problems} |\n"


def _problems(responses: dict[str, Any]) -> Iterator[str]:
    for status, answer in sorted(responses.items()):
        codes = answer.get("content", {}).get("application/problem+json", {}).get("examples", {})
        if codes:
            yield f"{status} " + " ".join(f"`{code}`" for code in codes)


if __name__ == "__main__":
    main()
