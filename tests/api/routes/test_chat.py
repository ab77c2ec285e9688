"""OpenAI's own client, as it is, against a real server."""

import errno
import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai import OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk, ChatCompletionMessageParam

from api.app import create_app
from api.service import Service
from index.catalog.database import Database
from tests.api.conftest import Serve
from tests.conftest import fresh_database, open_service
from tests.scripted_model import (
    USAGE,
    Play,
    ScriptedModel,
    chunk,
    failing,
    reply,
    streamed,
)
from tests.serving import served
from tests.tiny import HashedWords, index, pdf, wait_for

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
NAME = "dams [see](mailto:a).pdf"
TALL = "It is twelve metres tall."
QUOTED = ("P1", "twelve metres tall")
MADE_UP = ("P2", "there are nine herons here")
REFUSAL = "Not found in these documents."


def user(text: str) -> list[ChatCompletionMessageParam]:
    return [{"role": "user", "content": text}]


HOW_TALL = user("How tall is the dam?")


def client_of(url: str) -> OpenAI:
    return OpenAI(base_url=f"{url}/v1", api_key="none yet", max_retries=0)


@pytest.fixture(scope="module")
def server(
    postgres: Database, migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A server that answers by quotes, with two collections; the second one is empty."""
    with fresh_database(postgres, migrated) as database:
        service = open_service(tmp_path_factory.mktemp("chat"), database, HashedWords())
        index(service, NAME, DAMS)
        service.create_collection("reports")
        with served(create_app(service, work=False)) as url:
            yield url


@pytest.fixture(scope="module")
def quoting(server: str) -> Iterator[OpenAI]:
    """Its client."""
    with client_of(server) as client:
        yield client


@pytest.fixture
def asking(
    database: Database, data_folder: Path, model: ScriptedModel, serve: Serve
) -> Iterator[OpenAI]:
    """A client of a server that asks the scripted model."""
    changes = {"vlm_url": model.url, "vlm_model": "tiny", "vlm_retries": 0}
    service = open_service(data_folder, database, HashedWords(), **changes)
    index(service, NAME, DAMS)
    with client_of(serve(service)) as client:
        yield client


def ask(client: OpenAI, messages: Any = HOW_TALL, **more: Any) -> ChatCompletion:
    completion = client.chat.completions.create(model="default", messages=messages, **more)
    assert isinstance(completion, ChatCompletion)
    return completion


def stream(client: OpenAI, **more: Any) -> list[ChatCompletionChunk]:
    return list(
        client.chat.completions.create(model="default", messages=HOW_TALL, stream=True, **more)
    )


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def cited(annotations: Any) -> list[dict[str, Any]]:
    return [dict(one["url_citation"]) for one in annotations]


def test_an_answer_has_its_pages_below_it_and_as_annotations(quoting: OpenAI) -> None:
    completion = ask(quoting)

    (choice,) = completion.choices
    assert choice.message.content == "The dam is twelve metres tall\n\n[1] dams see.pdf, p. 1"
    assert (choice.finish_reason, choice.message.role) == ("stop", "assistant")
    assert (completion.model, completion.object) == ("default", "chat.completion")
    (annotation,) = choice.message.annotations or []
    citation = annotation.url_citation
    line = choice.message.content[citation.start_index : citation.end_index]
    assert (line, citation.title) == ("[1] dams see.pdf, p. 1", "dams see.pdf, p. 1")
    more = citation.model_extra or {}
    assert (more["page"], more["verified"]) == (1, True)
    assert more["quote"]
    assert len(more["box"]) == 4
    picture = httpx.get(citation.url, timeout=30)
    assert picture.headers["content-type"] == "image/jpeg"


def test_quotes_cost_no_tokens(quoting: OpenAI) -> None:
    completion = ask(quoting)

    assert completion.usage
    assert completion.usage.total_tokens == 0
    assert (completion.model_extra or {})["pagesight"]["model"] == "extractive"


def test_a_models_answer_has_its_tokens_and_says_what_was_not_found(
    asking: OpenAI, model: ScriptedModel
) -> None:
    model.plays(streamed(reply((TALL, [QUOTED]), ("Nine herons nest.", [MADE_UP, MADE_UP]))))

    completion = ask(asking)

    told = completion.choices[0].message.content or ""
    assert told.startswith(f"{TALL} Nine herons nest.\n\n[1] dams see.pdf, p. 1\n[2] ")
    assert "[2] dams see.pdf, p. 2 (quote not found there)" in told
    assert completion.usage
    assert completion.usage.prompt_tokens == USAGE["prompt_tokens"]
    assert completion.usage.completion_tokens == USAGE["completion_tokens"]
    assert completion.usage.total_tokens == USAGE["total_tokens"]
    details = (completion.model_extra or {})["pagesight"]
    assert (details["grounded"], details["refused"], details["model"]) == (False, False, "tiny")


def test_a_refusal_is_content_and_says_that_it_is_one(asking: OpenAI, model: ScriptedModel) -> None:
    model.plays(streamed(reply(answerable=False)))

    completion = ask(asking)

    message = completion.choices[0].message
    assert (message.content, message.refusal, message.annotations) == (REFUSAL, None, [])
    assert (completion.model_extra or {})["pagesight"]["refused"]
    assert text_of(stream(asking)) == REFUSAL


@pytest.mark.parametrize("play", ["quotes", "model"])
def test_a_stream_says_what_the_whole_says(play: str, request: pytest.FixtureRequest) -> None:
    client: OpenAI = request.getfixturevalue("quoting" if play == "quotes" else "asking")
    if play == "model":
        said = reply((TALL, [QUOTED]), ("Nine herons nest.", [MADE_UP]))
        request.getfixturevalue("model").plays(streamed(said))
    question = user("How tall is the dam and where do herons nest?")
    asked: dict[str, Any] = {"model": "default", "messages": question}

    chunks = list(client.chat.completions.create(**asked, stream=True))
    whole = client.chat.completions.create(**asked)

    message = whole.choices[0].message
    assert text_of(chunks) == message.content
    deltas = [chunk.choices[0].delta for chunk in chunks]
    assert deltas[0].role == "assistant"
    (footer,) = (delta.model_extra for delta in deltas if delta.model_extra)
    assert footer
    assert footer["annotations"] == [one.model_dump() for one in message.annotations or []]
    *others, last = chunks
    assert {chunk.choices[0].finish_reason for chunk in others} == {None}
    assert last.choices[0].finish_reason == "stop"
    assert len({chunk.id for chunk in chunks}) == 1
    assert not (last.model_extra or {})["pagesight"]["refused"]
    assert {chunk.usage for chunk in chunks} == {None}


def test_a_stream_tells_its_tokens_last_when_asked_to(asking: OpenAI, model: ScriptedModel) -> None:
    model.plays(streamed(reply((TALL, [QUOTED]))))

    *others, last = stream(asking, stream_options={"include_usage": True})

    assert {chunk.usage for chunk in others} == {None}
    assert last.choices == []
    assert last.usage
    assert last.usage.total_tokens == USAGE["total_tokens"]


def test_a_sentence_comes_while_the_model_still_writes_and_one_who_leaves_ends_it(
    asking: OpenAI, model: ScriptedModel
) -> None:
    begun = '{"answerable": true, "sentences": [{"text": "It is twelve metres tall.", '
    model.plays(Play(pieces=[chunk(begun)], stalls=True))

    with asking.chat.completions.create(model="default", messages=HOW_TALL, stream=True) as chunks:
        first, second = next(chunks), next(chunks)

    assert first.choices[0].delta.role == "assistant"
    assert second.choices[0].delta.content == TALL
    assert model.has_left.wait(20)


def test_one_who_does_not_wait_for_the_whole_ends_it_too(
    asking: OpenAI, model: ScriptedModel
) -> None:
    model.plays(Play(before_s=60))
    connection = HTTPConnection(asking.base_url.netloc.decode(), timeout=30)
    body = json.dumps({"model": "default", "messages": HOW_TALL})
    connection.request("POST", "/v1/chat/completions", body, {"Content-Type": "application/json"})
    wait_for(lambda: bool(model.asked))

    connection.close()

    assert model.has_left.wait(20)


def test_what_was_told_and_is_begun_anew_is_told_apart(
    asking: OpenAI, model: ScriptedModel
) -> None:
    broken = '{"answerable": true, "sentences": [{"text": "It is tall."}, {'
    model.plays(streamed(broken), streamed(reply((TALL, [QUOTED]))))

    chunks = stream(asking)

    told = f"It is tall.\n\n(The answer begins anew.)\n\n{TALL}\n\n[1] dams see.pdf, p. 1"
    assert text_of(chunks) == told
    (citation,) = (
        one
        for part in chunks
        for one in cited((part.choices[0].delta.model_extra or {}).get("annotations", []))
    )
    assert told[citation["start_index"] : citation["end_index"]] == "[1] dams see.pdf, p. 1"


def test_a_question_that_goes_on_says_what_was_asked(quoting: OpenAI) -> None:
    turns = [*user("How tall is the dam?"), {"role": "assistant", "content": "Twelve."}]

    completion = ask(quoting, [*turns, *user("Why?")])

    details = (completion.model_extra or {})["pagesight"]
    assert details["question"] == "How tall is the dam? Why?"


def test_our_own_options_narrow_what_is_searched(quoting: OpenAI) -> None:
    only = {"pagesight": {"limit": 1, "filter": {"pages": {"first": 2}}}}

    completion = ask(quoting, user("How tall is the dam?"), extra_body=only)

    assert "twelve" not in (completion.choices[0].message.content or "")


def test_parameters_that_promise_nothing_are_ignored(quoting: OpenAI) -> None:
    ignored = {"temperature": 0.2, "max_tokens": 3, "top_p": 0.5, "seed": 7, "stop": ["e"]}
    tools = [{"type": "function", "function": {"name": "f", "parameters": {}}}]

    completion = ask(
        quoting, **ignored, n=1, user="me", tools=tools, extra_body={"top_k": 40, "chat_id": "c"}
    )

    assert "twelve metres" in (completion.choices[0].message.content or "")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"n": 2}, "body.n"),
        ({"logprobs": True}, "body.logprobs"),
        ({"response_format": {"type": "json_object"}}, "body.response_format"),
        ({"tool_choice": "required"}, "body.tool_choice"),
        ({"modalities": ["text", "audio"]}, "body.modalities"),
        ({"messages": []}, "body.messages"),
        ({"messages": [{"role": "robot", "content": "a"}]}, "role"),
        ({"messages": user("")}, "at least 1 character"),
        ({"messages": user(" ")}, "at least 1 character"),
        ({"messages": user("x" * 2001)}, "at most 2000 characters"),
        ({"messages": user("a\x00b")}, "NUL"),
        ({"messages": [{"role": "system", "content": "a"}]}, "role `user`"),
        ({"extra_body": {"pagesight": {"limit": 21}}}, "body.pagesight.limit"),
        ({"extra_body": {"pagesight": {"other": 1}}}, "body.pagesight.other"),
    ],
    ids=str,
)
@pytest.mark.parametrize("streaming", [False, True])
def test_what_makes_no_sense_is_a_bad_request(
    quoting: OpenAI, changed: dict[str, Any], told: str, *, streaming: bool
) -> None:
    asked: dict[str, Any] = {"model": "default", "messages": HOW_TALL, **changed}

    with pytest.raises(openai.BadRequestError, match=told) as caught:
        quoting.chat.completions.create(**asked, stream=streaming)

    assert (caught.value.code, caught.value.type) == ("invalid_request", "invalid_request_error")


@pytest.mark.parametrize("name", ["none", "gpt-4.1", "No Such", ""])
@pytest.mark.parametrize("streaming", [False, True])
def test_a_collection_that_is_not_there_is_a_model_that_is_not_there(
    quoting: OpenAI, name: str, *, streaming: bool
) -> None:
    with pytest.raises(openai.NotFoundError, match=f"no collection '{name}'") as caught:
        quoting.chat.completions.create(model=name, messages=HOW_TALL, stream=streaming)

    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


@pytest.mark.parametrize("streaming", [False, True])
def test_a_model_that_is_down_is_a_503_that_may_be_tried_again(
    asking: OpenAI, model: ScriptedModel, *, streaming: bool
) -> None:
    model.plays(failing(500))

    with pytest.raises(openai.InternalServerError, match="answered 500") as caught:
        asking.chat.completions.create(model="default", messages=HOW_TALL, stream=streaming)

    assert (caught.value.status_code, caught.value.code) == (503, "vlm_unavailable")
    assert caught.value.response.headers["retry-after"]
    assert caught.value.response.headers["content-type"] == "application/json"


def test_a_model_that_breaks_off_is_an_error_in_the_stream(
    asking: OpenAI, model: ScriptedModel
) -> None:
    begun = '{"answerable": true, "sentences": [{"text": "It is twelve metres tall.", '
    model.plays(Play(pieces=[chunk(begun)], breaks=True))

    parts = asking.chat.completions.create(model="default", messages=HOW_TALL, stream=True)
    told = [next(parts).choices[0].delta.content, next(parts).choices[0].delta.content]

    assert told == ["", TALL]
    with pytest.raises(openai.APIError) as caught:
        next(parts)
    assert caught.value.code == "vlm_unavailable"


def test_the_models_are_the_collections(quoting: OpenAI) -> None:
    began = time.time() - 600

    listed = list(quoting.models.list())

    assert [one.id for one in listed] == ["default", "reports"]
    assert quoting.models.retrieve("reports") == listed[1]
    assert all(began < one.created <= time.time() for one in listed)
    with pytest.raises(openai.NotFoundError) as caught:
        quoting.models.retrieve("none")
    assert caught.value.code == "model_not_found"


def test_what_is_refused_before_the_route_is_an_error_of_the_same_shape(server: str) -> None:
    wrong = httpx.get(f"{server}/v1/chat/completions", timeout=30)
    connection = HTTPConnection(server.removeprefix("http://"), timeout=30)
    connection.putrequest("POST", "/v1/chat/completions")
    connection.putheader("Content-Length", str(2**40))
    connection.endheaders()
    huge = connection.getresponse()

    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert (huge.status, json.loads(huge.read())["error"]["code"]) == (413, "too_large")
    connection.close()
    elsewhere = httpx.get(f"{server}/v1/nothing", timeout=30)
    assert elsewhere.headers["content-type"] == "application/problem+json"


def test_what_nobody_thought_of_is_a_server_error_without_its_secret(service: Service) -> None:
    app = create_app(service, work=False)

    @app.get("/v1/models/a/secret")
    def fail() -> None:
        raise RuntimeError("a secret")

    with served(app) as url:
        answered = httpx.get(f"{url}/v1/models/a/secret", timeout=30)

    assert answered.status_code == 500
    assert answered.json()["error"]["code"] == "internal_error"
    assert "secret" not in answered.text


def test_descriptors_that_run_out_are_told_as_such(service: Service) -> None:
    app = create_app(service, work=False)

    @app.get("/v1/models/a/secret")
    def fail() -> None:
        raise RuntimeError("not read") from OSError(errno.EMFILE, "none left")

    with served(app) as url:
        answered = httpx.get(f"{url}/v1/models/a/secret", timeout=30)

    assert answered.status_code == 503
    assert answered.json()["error"]["code"] == "overloaded"


def test_the_routes_say_in_openapi_that_their_errors_are_openais(server: str) -> None:
    paths = httpx.get(f"{server}/openapi.json", timeout=30).json()["paths"]
    routes = [verb for path in paths if path.startswith(("/v1/chat", "/v1/models"))
              for verb in paths[path].values()]  # fmt: skip

    assert len(routes) == 3
    for route in routes:
        refused = {status: told for status, told in route["responses"].items() if status != "200"}
        assert set(refused) == {"4XX", "5XX"}
        assert all("ApiErrorBody" in str(told["content"]) for told in refused.values())
