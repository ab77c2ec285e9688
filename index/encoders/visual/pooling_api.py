"""vLLM's pooling API: one row for each token of a prompt, from a model on another machine.

`POST /pooling` with the task `token_embed` takes token ids, or a chat of which one part is an image
(https://docs.vllm.ai/en/latest/models/pooling_models/token_embed/ and, for ColQwen3,
https://docs.vllm.ai/en/latest/examples/pooling/token_embed/). It answers
`{"data": [{"index": 0, "data": [[...], ...]}]}`. Numbers come as JSON: the API's base64 form is
shorter, but does not say how many rows there are.

Images travel inside the request, so the server has nothing to fetch.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import httpx
import numpy as np
from pydantic import BaseModel, Field, ValidationError

from index.errors import EncoderUnavailable, InvalidRequest, ModelRejected
from index.records import Float32

INSTRUCTION = "Describe the image."  # what every family was trained with beside a page
TIMEOUT_S = 120.0
CONNECT_S = 5.0
RETRIES = 2
REFUSED = (400, 413, 422)  # of the other errors, time may heal some
SHOWN = 300  # characters of what a server says

BodyType = TypeVar("BodyType", bound=BaseModel)


class Served(NamedTuple):
    """A model as its server tells it: the name to ask for, and where it was loaded from."""

    name: str
    root: str


class _Model(BaseModel):
    id: str
    root: str | None = None


class _Models(BaseModel):
    data: list[_Model]


class _Prompt(BaseModel):
    data: list[list[float | None]]  # some JSON writers say null for what is not a number


class _Pooled(BaseModel):
    data: list[_Prompt] = Field(min_length=1, max_length=1)


class PoolingApi:
    """Asks a server. Any number of threads may share it.

    Args:
        url: the server's address, with or without `/v1`.
        key: its key; empty where it has none.
        timeout_s: for each wait on the server.
        retries: new attempts where no connection was made. What was sent is never sent again.

    Raises:
        InvalidRequest: that is no address.
    """

    def __init__(
        self, url: str, key: str = "", *, timeout_s: float = TIMEOUT_S, retries: int = RETRIES
    ) -> None:
        self._url = url.rstrip("/").removesuffix("/v1")
        self._timeout_s = timeout_s
        try:
            self._client = httpx.Client(
                base_url=self._url,
                headers={"Authorization": f"Bearer {key}"} if key else {},
                timeout=httpx.Timeout(timeout_s, connect=min(timeout_s, CONNECT_S)),
                transport=httpx.HTTPTransport(retries=retries),
            )
        except httpx.InvalidURL as error:
            raise InvalidRequest(f"no address of an encoder: {url!r} ({error})") from error

    def served(self, name: str) -> Served:
        """Return the model of that name or origin, or the only one that the server has.

        Raises:
            EncoderUnavailable: the server does not answer as vLLM does.
            ModelRejected: it has several models, and none is called so.
        """
        models = self._ask(_Models, "GET", "/v1/models", None).data
        found = [model for model in models if name in (model.id, model.root)] or models
        if len(found) != 1:
            known = ", ".join(model.id for model in models) or "no model"
            raise ModelRejected(f"{self._url} serves {known}, and none is {name}; serve that one")
        return Served(found[0].id, found[0].root or found[0].id)

    def read_image(self, model: str, png: bytes) -> Float32:
        """Return the rows of the prompt around an image, `(n_tokens, dim)`.

        Raises:
            EncoderUnavailable: the server does not answer as vLLM does.
            ModelRejected: it refuses the request, or its rows are of several lengths.
        """
        image = {"url": f"data:image/png;base64,{b64encode(png).decode()}"}
        parts = [{"type": "image_url", "image_url": image}, {"type": "text", "text": INSTRUCTION}]
        return self._rows({"model": model, "messages": [{"role": "user", "content": parts}]})

    def read_tokens(self, model: str, ids: Sequence[int]) -> Float32:
        """Return the rows of a prompt of token ids, `(n_tokens, dim)`; raises as `read_image`."""
        return self._rows({"model": model, "input": [list(ids)]})

    def close(self) -> None:
        """Let go of the connections; what is asked later is refused."""
        self._client.close()

    def _rows(self, prompt: Mapping[str, object]) -> Float32:
        asked = {**prompt, "task": "token_embed", "encoding_format": "float"}
        rows = self._ask(_Pooled, "POST", "/pooling", asked).data[0].data
        if len({len(row) for row in rows}) > 1:
            raise ModelRejected(f"{self._url} sent rows of several lengths for one prompt")
        return np.array(rows, np.float32).reshape(len(rows), len(rows[0]) if rows else 0)

    def _ask(
        self, body: type[BodyType], method: str, path: str, asked: Mapping[str, object] | None
    ) -> BodyType:
        response = self._send(method, path, asked)
        if not response.is_success:
            kind = ModelRejected if response.status_code in REFUSED else EncoderUnavailable
            raise kind(f"{self._url} answered {response.status_code} {response.text[:SHOWN]}")
        try:
            return body.model_validate_json(response.content)
        except ValidationError as error:
            raise EncoderUnavailable(
                f"{self._url}{path} did not answer as vLLM does with token_embed, but "
                f"{response.text[:SHOWN]}"
            ) from error

    def _send(self, method: str, path: str, asked: Mapping[str, object] | None) -> httpx.Response:
        if self._client.is_closed:
            raise EncoderUnavailable("the encoder was closed")
        try:
            return self._client.request(method, path, json=asked)
        except httpx.TimeoutException as error:
            raise EncoderUnavailable(
                f"{self._url} took longer than {self._timeout_s:g} s"
            ) from error
        except httpx.HTTPError as error:
            raise EncoderUnavailable(f"{self._url} cannot be reached: {error}") from error
