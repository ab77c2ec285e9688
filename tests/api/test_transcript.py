"""The transcript of a streamed answer in the docs is what the service says."""

import json
from itertools import pairwise
from pathlib import Path

from api.desk import LocalDesk
from api.questions.bodies import AnswerRequest
from index.catalog.database import Database
from tests.conftest import open_service
from tests.scripted_model import ScriptedModel, reply, streamed
from tests.tiny import HashedWords, index, pdf

PAGE = Path(__file__).parents[2] / "docs" / "answers.md"
DAMS = pdf("The dam is twelve metres tall", "The dam was finished in 1931")
REPLY = reply(
    ("The dam is twelve metres tall.", [("P1", "The dam is twelve metres tall")]),
    ("It was finished in 1931.", [("P2", "finished in 1931")]),
    ("It holds back a lake.", [("P2", "it holds back a large lake")]),
)
VARYING = ("document", "image")  # ids differ from one folder to the next


def shown() -> list[tuple[str, str]]:
    lines = PAGE.read_text("utf-8").splitlines()
    return [
        (name.removeprefix("event: "), data.removeprefix("data: "))
        for name, data in pairwise(lines)
        if name.startswith("event: ")
    ]


def comparable(body: str) -> object:
    told = json.loads(body)
    for citation in told.get("citations", ()):
        for name in VARYING:
            del citation[name]
    return told


def test_the_transcript_is_what_the_service_says(
    database: Database, data_folder: Path, model: ScriptedModel
) -> None:
    model.plays(streamed(REPLY))
    asked = {"vlm_url": model.url, "vlm_model": "tiny"}
    service = open_service(data_folder, database, HashedWords(), **asked)
    index(service, "dams.pdf", DAMS)
    request = AnswerRequest(query="How tall is the dam and how old?")

    events = list(LocalDesk(service).ask_stream("default", request))

    assert [event.name for event in events] == [name for name, _ in shown()]
    told = [comparable(event.body.model_dump_json()) for event in events[1:-1]]
    assert told == [comparable(data) for _, data in shown()[1:-1]]
    service.close()


def test_the_names_of_an_answer_are_all_explained() -> None:
    text = PAGE.read_text("utf-8")

    for name in ("pages", "token", "citations", "done", "error", "first_token", "verified"):
        assert f"`{name}`" in text
