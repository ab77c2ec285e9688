"""A server in the shape of vLLM's pooling API, for the tests beside this file."""

import json
import shutil
import threading
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool

from index.encoders.visual.proof import load_probe
from tests.serving import served

NAME = "tiny"
PREFIX = "data:image/png;base64,"
Asked = Mapping[str, Any]
Answer = Callable[[Asked], Response]


@dataclass
class PoolingServer:
    """What answers, which may be changed while it runs, and what it was asked."""

    answer: Answer
    models: list[dict[str, str]] = field(default_factory=lambda: [{"id": NAME, "root": "/tiny"}])
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)


def pooled(rows: Any) -> Response:
    """An answer with the rows of one prompt."""
    told = {"id": "pool-1", "object": "list", "created": 1, "model": NAME}
    item = {"index": 0, "object": "pooling", "data": rows}
    usage = {"prompt_tokens": len(rows), "total_tokens": len(rows)}
    return Response(json.dumps({**told, "data": [item], "usage": usage}))


def tiny(model: Any, processor: Any) -> Answer:
    """Answer with every row of a colpali-engine model, for token ids and for a chat."""
    torch, lock = import_module("torch"), threading.Lock()

    def answer(asked: Asked) -> Response:
        assert asked["task"] == "token_embed"
        with lock, torch.inference_mode():
            if "input" in asked:
                ids = torch.tensor(asked["input"])
                inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
            else:
                inputs = processor.process_images([_image(asked["messages"])])
            return pooled(model(**inputs)[0].tolist())

    return answer


def trained(answer: Answer, processor: Any) -> Answer:
    """The same, but the rows of the probe's right question are those of the last page."""
    (right,) = processor.process_queries([load_probe().right])["input_ids"].tolist()
    page: list[list[float]] = []

    def knowing(asked: Asked) -> Response:
        if asked.get("input") == [right]:
            return pooled(page[-len(right) - 8 : -8])  # before the instruction, which is no patch
        answered = answer(asked)
        if "messages" in asked:
            page[:] = rows_of(answered)
        return answered

    return knowing


def without_weights(checkpoint: Path, folder: Path) -> Path:
    """Copy what a processor needs of a checkpoint."""
    ignored = shutil.ignore_patterns("*.safetensors")
    return Path(shutil.copytree(checkpoint, folder, ignore=ignored))


def rows_of(answered: Response) -> list[list[float]]:
    """The rows of an answer."""
    rows: list[list[float]] = json.loads(bytes(answered.body))["data"][0]["data"]
    return rows


@contextmanager
def serving(answer: Answer) -> Iterator[PoolingServer]:
    """Serve until the block ends."""
    server = PoolingServer(answer)
    with served(_app(server), lifespan="off") as server.url:
        yield server


def _app(server: PoolingServer) -> FastAPI:
    app = FastAPI()

    @app.get("/v1/models")
    def models(request: Request) -> dict[str, Any]:
        server.keys.append(request.headers.get("authorization"))
        return {"object": "list", "data": server.models}

    @app.post("/pooling")
    async def pooling(request: Request) -> Response:
        asked = await request.json()
        server.asked.append(asked)
        return await run_in_threadpool(server.answer, asked)

    return app


def _image(messages: Any) -> Any:
    (message,) = messages
    image, text = message["content"]
    assert text == {"type": "text", "text": "Describe the image."}
    uri = image["image_url"]["url"]
    assert uri.startswith(PREFIX)
    return import_module("PIL.Image").open(BytesIO(b64decode(uri.removeprefix(PREFIX))))
