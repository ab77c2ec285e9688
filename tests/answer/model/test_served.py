"""The client against a real server, `transformers serve`; never what its random model says."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest

from answer.answers import Answer, EvidencePage
from answer.model.completion import Completion
from answer.model.deadline import Deadline
from answer.model.endpoint import ChatEndpoint
from answer.model.generator import Generator
from answer.stop import Stop
from answer.vlm import Unusable, VlmClient
from api.questions.answering import AnswerUnavailable
from index.catalog.database import Database
from index.encoders.visual.checkpoint import Source
from index.errors import VlmUnavailable
from retrieval.hits import SearchQuery
from tests.answer.model import serve_checkpoint
from tests.answer.model.prompts import picture, request
from tests.conftest import open_service
from tests.tiny import HashedWords, index, pdf, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("transformers.cli.serve") is None, reason="needs: transformers[serving]"
    ),
]
MakePage = Callable[..., EvidencePage]
ROOT = Path(__file__).parents[3]
START_S = 120.0


@pytest.fixture(scope="module")
def server(brief_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the tiny model is served."""
    folder = tmp_path_factory.mktemp("served")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    environment = {
        **os.environ,  # noqa: TID251  the program needs PATH and HOME
        "PYTHONPATH": str(ROOT),
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_CACHE": str(folder),  # it must be there
    }
    arguments = ["serve", "--host", "127.0.0.1", "--port", port, "--device", "cpu"]
    with (folder / "log").open("w") as log:
        running = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, serve_checkpoint.__file__, *arguments, str(brief_checkpoint)],
            env=environment,
            stdout=log,
            stderr=log,
        )
    try:
        wait_for(lambda: _is_up(running, f"http://127.0.0.1:{port}/health"), at_most_s=START_S)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        running.terminate()
        running.wait(30)


def _is_up(running: "subprocess.Popen[bytes]", url: str) -> bool:
    assert running.poll() is None, "the server ended"
    try:
        return httpx.get(url).is_success
    except httpx.TransportError:
        return False


@pytest.fixture
def client(server: str, brief_checkpoint: Path) -> Iterator[VlmClient]:
    opened = VlmClient.connect(server, str(brief_checkpoint), "", 60.0)
    yield opened
    opened.close()


def test_a_streamed_reply_is_read_and_its_prompt_is_the_one_that_the_same_model_reads_here(
    server: str, brief_checkpoint: Path
) -> None:
    asked = request("How tall?", picture(), picture(56, 56))
    endpoint = ChatEndpoint(server, str(brief_checkpoint))

    *pieces, last = endpoint.stream(asked, Deadline.after(60), Stop())
    endpoint.close()

    here = Generator.load(Source(str(brief_checkpoint)), device="cpu")
    assert isinstance(last, Completion)
    assert "".join(map(str, pieces)) == last.text
    assert last.usage == here.write(asked, print, lambda: None).usage


def test_an_answer_from_pages_ends_as_one_or_is_unavailable_with_its_tokens_counted(
    client: VlmClient, make_page: MakePage
) -> None:
    pages = [replace(make_page("The dam is tall.", page=n), image=picture) for n in (1, 2)]

    try:
        *_, last = client.stream("How tall?", pages)
    except Unusable as error:
        usage = error.usage
    else:
        assert isinstance(last, Answer)
        assert not last.grounded
        usage = last.usage

    assert usage.input_tokens > 2 * len(pages) * 140
    assert usage.output_tokens > 0


def test_a_broken_picture_makes_the_server_fail_and_the_next_answer_comes(
    client: VlmClient, make_page: MakePage
) -> None:
    page = make_page("The dam is tall.")
    with pytest.raises(VlmUnavailable, match="answered 500"):
        client.answer("How tall?", [page])

    asked = [{"role": "user", "content": "How tall?"}]
    assert isinstance(client.reply(asked), str)  # type: ignore[arg-type]  # a message


def test_a_question_goes_all_the_way_through(
    server: str, brief_checkpoint: Path, database: Database, data_folder: Path
) -> None:
    model = {"vlm_url": server, "vlm_model": str(brief_checkpoint)}
    service = open_service(data_folder, database, HashedWords(), **model)
    index(service, "dams.pdf", pdf("The dam is twelve metres tall"))

    try:
        answer, found = service.ask("default", SearchQuery("How tall is the dam?"))
    except AnswerUnavailable as error:
        found = error.found
    else:
        assert not answer.grounded
    service.close()

    assert [hit.page for hit in found.hits] == [1]
