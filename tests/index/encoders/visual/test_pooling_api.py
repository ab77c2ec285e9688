import socket
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from fastapi import Response

from index.encoders.visual.pooling_api import PoolingApi, Served
from index.errors import EncoderUnavailable, InvalidRequest, ModelRejected
from tests.index.encoders.visual.pooling_server import (
    Asked,
    PoolingServer,
    pooled,
    serving,
)


@pytest.fixture
def server() -> Iterator[PoolingServer]:
    """A server with two rows for whatever it is asked."""
    with serving(lambda _: pooled([[1, 0, 0], [0, 1, 0]])) as running:
        yield running


@pytest.fixture
def api(server: PoolingServer) -> Iterator[PoolingApi]:
    api = PoolingApi(f"{server.url}/v1/", "secret", timeout_s=30)
    yield api
    api.close()


def test_token_ids_are_asked_for_and_become_rows(api: PoolingApi, server: PoolingServer) -> None:
    rows = api.read_tokens("tiny", [5, 6])
    assert rows.tolist() == [[1, 0, 0], [0, 1, 0]]
    assert rows.dtype == np.float32
    asked = {"model": "tiny", "input": [[5, 6]], "task": "token_embed", "encoding_format": "float"}
    assert server.asked == [asked]


def test_a_model_is_found_by_its_name_or_its_root_or_as_the_only_one(
    api: PoolingApi, server: PoolingServer
) -> None:
    assert api.served("some/model") == Served("tiny", "/tiny")
    server.models.append({"id": "other"})
    assert api.served("/tiny") == Served("tiny", "/tiny")
    assert api.served("other") == Served("other", "other")
    with pytest.raises(ModelRejected, match="serves tiny, other, and none is some/model"):
        api.served("some/model")
    server.models.clear()
    with pytest.raises(ModelRejected, match="serves no model"):
        api.served("some/model")


def test_the_key_is_sent_and_not_told(api: PoolingApi, server: PoolingServer) -> None:
    api.served("tiny")
    assert server.keys == ["Bearer secret"]
    server.answer = lambda _: Response("no", 401)
    with pytest.raises(EncoderUnavailable, match="401 no") as refused:
        api.read_tokens("tiny", [5])
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "body", ["<html>busy</html>", "{}", '{"data": []}', '{"data": [{"data": [1.0, 2.0]}]}', "[]"]
)
def test_an_answer_in_another_shape_is_an_outage(
    api: PoolingApi, server: PoolingServer, body: str
) -> None:
    server.answer = lambda _: Response(body)
    with pytest.raises(EncoderUnavailable, match="did not answer as vLLM does"):
        api.read_image("tiny", b"")


@pytest.mark.parametrize("status", [302, 404, 429, 500, 503])
def test_a_failing_server_is_an_outage(api: PoolingApi, server: PoolingServer, status: int) -> None:
    server.answer = lambda _: Response("why", status)
    with pytest.raises(EncoderUnavailable, match=f"answered {status} why"):
        api.read_tokens("tiny", [5])
    assert len(server.asked) == 1


def test_a_request_that_the_server_refuses_is_told_with_its_reason(
    api: PoolingApi, server: PoolingServer
) -> None:
    server.answer = lambda _: Response("the prompt is too long", 400)
    with pytest.raises(ModelRejected, match="answered 400 the prompt is too long"):
        api.read_tokens("tiny", [5])


def test_rows_of_several_lengths_are_refused(api: PoolingApi, server: PoolingServer) -> None:
    server.answer = lambda _: pooled([[1, 0], [1]])
    with pytest.raises(ModelRejected, match="several lengths"):
        api.read_tokens("tiny", [5])


def test_a_prompt_without_rows_has_none(api: PoolingApi, server: PoolingServer) -> None:
    server.answer = lambda _: pooled([])
    assert api.read_tokens("tiny", [5]).shape == (0, 0)


def test_a_server_that_hangs_is_an_outage(server: PoolingServer) -> None:
    done = threading.Event()

    def hang(_: Asked) -> Response:
        done.wait(30)
        return pooled([[1]])

    server.answer = hang
    api = PoolingApi(server.url, timeout_s=0.2)
    with pytest.raises(EncoderUnavailable, match=r"took longer than 0\.2 s"):
        api.read_tokens("tiny", [5])
    done.set()
    api.close()
    assert len(server.asked) == 1


def test_a_server_that_is_not_there_is_an_outage() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        api = PoolingApi(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(EncoderUnavailable, match="cannot be reached"):
            api.served("tiny")
        api.close()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no address of an encoder"):
        PoolingApi("http://127.0.0.1:port")
    api = PoolingApi("nowhere")
    with pytest.raises(EncoderUnavailable, match="cannot be reached"):
        api.served("tiny")
    api.close()
