"""A model in the service's own process, over HTTP; never what it says: its weights are random."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from api.service import Service
from index.catalog.database import Database
from index.errors import InvalidRequest
from tests.conftest import open_service
from tests.serving import served
from tests.tiny import HashedWords, index, pdf, wait_for

DAM = pdf("The dam is twelve metres tall")
ASKED = {"query": "How tall is the dam?"}
ANSWERS = "/v1/collections/default/answers"


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkpoints = import_module("tests.index.encoders.visual.checkpoints")
    folder = tmp_path_factory.mktemp("model") / "tiny-qwen2-vl"
    made: Path = checkpoints.make_brief(checkpoints.build_generator(folder))
    return made


@pytest.fixture
def service(database: Database, data_folder: Path, checkpoint: Path) -> Iterator[Service]:
    model = {"vlm_url": "transformers", "vlm_model": str(checkpoint), "vlm_device": "cpu"}
    opened = open_service(data_folder, database, HashedWords(), **model)
    index(opened, "dam.pdf", DAM)
    yield opened
    opened.close()


@pytest.fixture
def client(service: Service) -> Iterator[httpx.Client]:
    with served(create_app(service, work=False)) as url, httpx.Client(base_url=url) as opened:
        yield opened


def test_a_question_gets_an_answer_or_a_problem_with_the_pages(client: httpx.Client) -> None:
    replied = client.post(ANSWERS, json=ASKED, timeout=60)

    assert replied.status_code in (200, 503)
    body = replied.json()
    if replied.status_code == 200:
        assert body["model"] == "tiny-qwen2-vl"
        assert not body["grounded"]
    else:
        assert (body["code"], [page["page"] for page in body["pages"]]) == ("vlm_unavailable", [1])
        assert "model tiny-qwen2-vl in this process" in body["detail"]


def test_a_streamed_answer_begins_with_the_pages_and_ends_in_one_way_or_the_other(
    client: httpx.Client,
) -> None:
    replied = client.post(ANSWERS, json=ASKED, params={"stream": 1}, timeout=60)

    names = [line.removeprefix("event: ") for line in replied.text.split("\n") if "event: " in line]
    assert names[0] == "pages"
    assert names[-1] in ("done", "error")


def test_no_path_of_the_server_is_told(client: httpx.Client, checkpoint: Path) -> None:
    planned = client.post(ANSWERS, json=ASKED, params={"dry_run": 1})
    replied = client.post(ANSWERS, json=ASKED, timeout=60)

    assert planned.json()["model"] == "tiny-qwen2-vl"
    assert str(checkpoint.parent) not in planned.text + replied.text


def test_a_server_loads_its_model_before_it_is_asked(service: Service) -> None:
    (client,) = [service.answering.client]
    assert client is not None
    chat = client._chat  # noqa: SLF001  nothing tells it from outside
    with served(create_app(service, work=False)):
        wait_for(lambda: chat._generator is not None)  # type: ignore[attr-defined]  # noqa: SLF001


def test_a_service_without_a_name_for_its_model_does_not_open(
    database: Database, data_folder: Path
) -> None:
    with pytest.raises(InvalidRequest, match="folder"):
        open_service(data_folder, database, HashedWords(), vlm_url="transformers")
