"""The model that writes answers is down, slow, silent or out of its mind."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from index.catalog.database import Database
from tests.conftest import open_service
from tests.faults.canaries import Canary
from tests.faults.oracle import ANSWERS, search
from tests.faults.proxy import BLACK_HOLE, DROP, PASS, RESET, FaultProxy, Trouble, cut, proxied
from tests.scripted_model import Play, ScriptedModel, failing, reply, scripted_model, streamed
from tests.serving import served
from tests.tiny import HashedWords, index

pytestmark = pytest.mark.faults
CANARY = Canary(1)
ASKED = {"query": f"Who wrote {CANARY.words[0]} into the book?"}
ANSWER = reply(("The keeper of the island did.", [("P1", "The keeper of the island wrote")]))
TROUBLES = {
    "down": DROP,
    "reset": RESET,
    "silent": BLACK_HOLE,
    "cut in its answer": cut(300),
    "stalled in its answer": cut(300, "silence"),
}
PLAYS = {
    "an error": failing(500),
    "garbage": Play(pieces=[b"\x00\xff<html>not JSON"]),
    "an empty answer": Play(pieces=[b""]),
    "words of no form, cut off": streamed('{"answerable": tr'),
}


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with scripted_model() as played:
        played.plays(streamed(ANSWER))
        yield played


@pytest.fixture
def proxy(model: ScriptedModel) -> Iterator[FaultProxy]:
    with proxied(("127.0.0.1", httpx.URL(model.url).port or 0)) as opened:
        yield opened


@pytest.fixture
def http(database: Database, data_folder: Path, proxy: FaultProxy) -> Iterator[httpx.Client]:
    asked = {"vlm_url": f"http://127.0.0.1:{proxy.port}/v1", "vlm_model": "tiny"}
    brief = {"vlm_retries": 0, "vlm_silence_s": 1.5, "vlm_connect_s": 0.5}
    service = open_service(data_folder, database, HashedWords(), **asked, **brief)
    index(service, CANARY.name, CANARY.content)
    with (
        served(create_app(service)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        yield client


def check_found_without_an_answer(http: httpx.Client) -> None:
    told = http.post(ANSWERS, json=ASKED)
    assert (told.status_code, told.json()["code"]) == (503, "vlm_unavailable")
    assert [page["name"] for page in told.json()["pages"]] == [CANARY.name]
    streamed_to_the_end = http.post(ANSWERS, json=ASKED, params={"stream": 1}).text
    assert "vlm_unavailable" in streamed_to_the_end
    assert "event: done" not in streamed_to_the_end
    assert [hit["name"] for hit in search(http, CANARY.words[0])] == [CANARY.name]


@pytest.mark.faults(
    "the model that answers is down, resets, is silent, breaks off or stalls in its answer",
    result="searches find as before; an answer is refused with 503 and the pages that were found",
)
@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES)
def test_a_model_out_of_reach_takes_nothing_from_searches(
    http: httpx.Client, proxy: FaultProxy, trouble: Trouble
) -> None:
    assert http.post(ANSWERS, json=ASKED).status_code == 200
    proxy.suffer(trouble)
    check_found_without_an_answer(http)
    proxy.suffer(PASS)
    assert http.post(ANSWERS, json=ASKED).json()["grounded"]


@pytest.mark.faults(
    "the model answers with an error, garbage, nothing, or half of an answer",
    result="as above: nothing is invented",
)
@pytest.mark.parametrize("play", PLAYS.values(), ids=PLAYS)
def test_a_model_out_of_its_mind_takes_nothing_from_searches(
    http: httpx.Client, model: ScriptedModel, play: Play
) -> None:
    model.plays(play)
    check_found_without_an_answer(http)
    model.plays(streamed(ANSWER))
    assert http.post(ANSWERS, json=ASKED).json()["grounded"]
