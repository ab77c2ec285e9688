"""A real HTTP server that speaks chat completions and plays scripted replies."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Endpoint:
    """A scripted endpoint: what it replies with, and what it was asked."""

    url: str = ""
    status: int = 200
    body: str = ""
    delay_s: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)

    def says(self, text: str) -> None:
        self.body = json.dumps(
            {
                "id": "c1",
                "object": "chat.completion",
                "created": 0,
                "model": "tiny",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": text},
                    }
                ],
                "usage": {"prompt_tokens": 900, "completion_tokens": 30, "total_tokens": 930},
            }
        )

    def answers(self, answer: str, *quotes: tuple[str, str], answerable: bool = True) -> None:
        listed = [{"page_label": label, "quote": quote} for label, quote in quotes]
        self.says(json.dumps({"answer": answer, "quotes": listed, "answerable": answerable}))


@contextmanager
def scripted_endpoint() -> Iterator[Endpoint]:
    """Serve on a free port until the block ends."""
    played = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            played.asked.append(json.loads(self.rfile.read(length)) | {"path": self.path})
            time.sleep(played.delay_s)
            self.send_response(played.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(played.body.encode())))
            self.end_headers()
            self.wfile.write(played.body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    played.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield played
    server.shutdown()
    thread.join()
    server.server_close()
