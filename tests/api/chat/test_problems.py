"""Refusals of whatever stands before the routes, as OpenAI's own client takes them."""

from collections.abc import Iterator

import openai
import pytest
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from openai import OpenAI

from api.chat.problems import OpenAIErrors
from api.problems import problem
from tests.serving import served

HEADERS = {"401": ("www-authenticate", "Bearer"), "429": ("retry-after", "7")}


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    """A client of a server that refuses everything."""
    app = FastAPI()
    app.add_middleware(OpenAIErrors)

    @app.get("/v1/models/{status}")
    def refuse(status: int) -> Response:
        if status == 418:
            return JSONResponse({"status": "not a problem"}, status)
        refused = problem(status, f"code_{status}", f"a sentence about {status}")
        refused.headers.update(dict([HEADERS[str(status)]] if str(status) in HEADERS else []))
        return refused

    with served(app) as url, OpenAI(base_url=f"{url}/v1", api_key="a", max_retries=0) as opened:
        yield opened


@pytest.mark.parametrize(
    ("status", "raised", "kind"),
    [
        (401, openai.AuthenticationError, "invalid_request_error"),
        (403, openai.PermissionDeniedError, "invalid_request_error"),
        (409, openai.ConflictError, "invalid_request_error"),
        (429, openai.RateLimitError, "rate_limit_error"),
        (503, openai.InternalServerError, "server_error"),
        (507, openai.InternalServerError, "server_error"),
    ],
)
def test_a_refusal_is_the_clients_own_error_with_our_code_and_sentence(
    client: OpenAI, status: int, raised: type[openai.APIStatusError], kind: str
) -> None:
    with pytest.raises(raised, match=f"a sentence about {status}") as caught:
        client.models.retrieve(str(status))

    assert (caught.value.code, caught.value.type) == (f"code_{status}", kind)


@pytest.mark.parametrize("status", ["401", "429"])
def test_what_the_headers_of_a_refusal_say_is_kept(client: OpenAI, status: str) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        client.models.retrieve(status)

    name, value = HEADERS[status]
    assert caught.value.response.headers[name] == value
    assert caught.value.response.headers["content-type"] == "application/json"


def test_what_is_no_problem_is_passed_on(client: OpenAI) -> None:
    with pytest.raises(openai.APIStatusError) as caught:
        client.models.retrieve("418")

    assert caught.value.response.json() == {"status": "not a problem"}
