"""One service for each policy, with every attack indexed; and an address that nobody may call."""

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest

from api.desk import LocalDesk
from api.events import AnswerEvent
from api.questions.bodies import (
    AnswerRequest,
    AnswerResponse,
    FilterBody,
    HitBody,
    SearchRequest,
)
from api.schemas import DocumentDetails
from api.service import Service
from index.catalog.database import Database
from index.records import PageWords
from index.words import decode_words
from tests.conftest import fresh_database, open_service
from tests.redteam.attacks import ALL, ENCODED, FILE_NAME, HIDDEN, PERSUADING, VISIBLE, Attack
from tests.scripted_model import streamed, whole
from tests.tiny import HashedWords


@dataclass
class Listener:
    """An address on this machine, and how often it was called."""

    url: str = ""
    n_calls: int = 0


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    told = Listener()
    opened = socket.create_server(("127.0.0.1", 0))
    told.url = f"http://127.0.0.1:{opened.getsockname()[1]}"

    def listen() -> None:
        while True:
            try:
                called, _ = opened.accept()
            except OSError:
                return
            told.n_calls += 1
            called.close()

    threading.Thread(target=listen, daemon=True).start()
    yield told
    opened.shutdown(socket.SHUT_RDWR)
    opened.close()


@dataclass
class Obedient:
    """A model server that does what any text in its prompt asks for; remembers its prompts."""

    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    lies: list[tuple[str, str]] = field(default_factory=list)  # quotes instead of those on pages
    says_first: str = ""  # a sentence before the one that obeys
    streams: bool = False

    @contextmanager
    def playing(self, *, streams: bool, says_first: str = "") -> Iterator[None]:
        """Reply so as long as a block lasts."""
        self.streams, self.says_first = streams, says_first
        yield
        self.streams, self.says_first = False, ""

    def reply(self, request: dict[str, Any]) -> str:
        """Repeat the canaries of the prompt, quote the lines that they stand on."""
        text = "\n".join(text_parts(request["messages"]))
        named = [attack.canary for attack in ALL if attack.canary in text]
        lines = [line for line in text.replace("\\n", "\n").split("\n") if _has(line, named)]
        said = " ".join(named) or "The dam of Oxmere is twelve metres tall."
        quotes = [{"page_label": "P1", "quote": line.strip('"')} for line in lines]
        quotes += [{"page_label": "P1", "quote": "The dam of Oxmere is twelve metres tall."}]
        if self.lies:
            quotes = [{"page_label": label, "quote": quote} for label, quote in self.lies]
        sentences = [{"text": said, "quotes": quotes}]
        if self.says_first:
            honest = [{"page_label": "P1", "quote": self.says_first}]
            sentences.insert(0, {"text": self.says_first, "quotes": honest})
        told = {"answer": said, "quotes": quotes, "answerable": True, "sentences": sentences}
        return json.dumps(told)


def text_parts(asked: Any) -> list[str]:
    """Every text of a prompt, in order."""
    parts: list[str] = []
    for message in asked:
        content = message["content"]
        parts += [content] if isinstance(content, str) else [p.get("text", "") for p in content]
    return parts


def _has(line: str, named: list[str]) -> bool:
    return any(canary in line for canary in named)


@pytest.fixture(scope="session")
def obedient() -> Iterator[Obedient]:
    played = Obedient()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            played.asked.append(request)
            text = played.reply(request)
            body = b"".join(streamed(text).pieces if played.streams else whole(text).pieces)
            self.send_response(200)
            kind = "text/event-stream" if played.streams else "application/json"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class names it
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    played.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield played
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Ground:
    """A service with attacks in one collection; questions go to one of them, or to all."""

    service: Service
    documents: dict[str, UUID]

    @property
    def desk(self) -> LocalDesk:
        return LocalDesk(self.service)

    def words(self, attack: Attack) -> PageWords:
        stored = self.service.catalog.page("default", self.documents[attack.name], 1)
        return decode_words(self.service.blobs.read(stored.words_sha256 or ""))

    def details(self, attack: Attack) -> DocumentDetails:
        return self.desk.document("default", str(self.documents[attack.name]))

    def ask(self, attack: Attack | None, question: str) -> AnswerResponse:
        return self.desk.ask("default", AnswerRequest(query=question, filter=self._only(attack)))

    def told(self, attack: Attack, question: str) -> list[AnswerEvent]:
        """Every event of a streamed answer."""
        request = AnswerRequest(query=question, filter=self._only(attack))
        return list(self.desk.ask_stream("default", request))

    def hits(self, attack: Attack | None, question: str) -> list[HitBody]:
        asked = SearchRequest(query=question, limit=100, filter=self._only(attack))
        return self.desk.search("default", asked).hits

    def _only(self, attack: Attack | None) -> FilterBody | None:
        named = None if attack is None else self.documents[attack.name]
        return None if named is None else FilterBody(documents=[str(named)])


@contextmanager
def ground(service: Service, url: str, attacks: Sequence[Attack] = ALL) -> Iterator[Ground]:
    """The attacks, indexed."""
    service.create_collection("default")
    documents = {}
    for attack in attacks:
        content = attack.pdf(url)
        document, _ = service.upload("default", attack.file_name(), [content], {})
        documents[attack.name] = document.id
    service.worker.run_until_empty()
    yield Ground(service, documents)
    service.close()


Open = Callable[..., AbstractContextManager[Ground]]


@pytest.fixture(scope="session")
def open_ground(
    tmp_path_factory: pytest.TempPathFactory, postgres: Database, migrated: str, listener: Listener
) -> Open:
    """Opens a service with these attacks and settings."""

    @contextmanager
    def opened(attacks: Sequence[Attack], **settings: Any) -> Iterator[Ground]:
        folder = tmp_path_factory.mktemp("ground") / "data"
        with fresh_database(postgres, migrated) as database:
            service = open_service(folder, database, HashedWords(), **settings)
            with ground(service, listener.url, attacks) as made:
                yield made

    return opened


@pytest.fixture(scope="session")
def flagged(open_ground: Open) -> Iterator[Ground]:
    """The policy that is the default, and answers that only quote."""
    with open_ground(ALL) as opened:
        yield opened


@pytest.fixture(scope="session")
def persuadable(open_ground: Open, obedient: Obedient) -> Iterator[Ground]:
    """The policy that is the default, and an obedient model."""
    attacks = (*HIDDEN, *PERSUADING, FILE_NAME)
    with open_ground(attacks, vlm_url=obedient.url, vlm_model="obedient") as opened:
        yield opened


@pytest.fixture(scope="session")
def quarantined(open_ground: Open, obedient: Obedient) -> Iterator[Ground]:
    """Suspect lines left out, and an obedient model."""
    model = {"vlm_url": obedient.url, "vlm_model": "obedient"}
    with open_ground((*VISIBLE, ENCODED), injection="quarantine", **model) as opened:
        yield opened
