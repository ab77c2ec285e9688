"""A scripted chat endpoint, for what a model is asked and replies."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.vlm import VlmClient


@dataclass
class Chat:
    """What it replies with, and what it was asked."""

    url: str = ""
    reply: str = ""
    status: int = 200
    asked: list[dict[str, Any]] = field(default_factory=list)
    clients: list[VlmClient] = field(default_factory=list)

    def points_at(self, *fields: dict[str, object]) -> None:
        self.reply = json.dumps({"fields": fields})

    def client(self) -> VlmClient:
        endpoint = ChatEndpoint(self.url, "tiny", "", limits=CallLimits(5.0, 5.0, 0))
        self.clients.append(VlmClient(endpoint, 10))
        return self.clients[-1]


@pytest.fixture
def chat() -> Iterator[Chat]:
    played = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            played.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            message = {"role": "assistant", "content": played.reply}
            choice = {"index": 0, "finish_reason": "stop", "message": message}
            whole = {"id": "c1", "object": "chat.completion", "created": 0, "model": "tiny"}
            body = json.dumps({**whole, "choices": [choice]}).encode()
            self.send_response(played.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    played.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield played
    for client in played.clients:
        client.close()
    server.shutdown()
    thread.join()
    server.server_close()
