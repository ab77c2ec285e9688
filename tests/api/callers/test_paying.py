"""What is asked for with a key is charged to it, and refused beyond its limits."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api.service import Service
from index.catalog.accounts import KeyLimits, NewKey
from index.catalog.database import Database
from tests.api.conftest import Serve
from tests.conftest import open_service
from tests.scripted_model import ScriptedModel, reply, streamed
from tests.tiny import HashedWords, index, pdf, wait_for

TALL = "The dam is twelve metres tall"
HERE = "/v1/collections/default"
ASKED = {"query": "How tall is the dam?"}
INVOICE = {"type": "object", "properties": {"total": {"type": "number"}}}


@pytest.fixture
def service(database: Database, data_folder: Path, model: ScriptedModel) -> Iterator[Service]:
    """A service whose model takes 900 tokens in and 30 out for every reply."""
    model.plays(streamed(reply((TALL, [("P1", TALL)]))))
    changes = {"vlm_url": model.url, "vlm_model": "tiny", "vlm_prices": {"tiny": "1/10"}}
    opened = open_service(data_folder, database, HashedWords(), **changes)
    index(opened, "dams.pdf", pdf(TALL))
    yield opened
    opened.close()


def asker(service: Service, serve: Serve, **limits: int) -> httpx.Client:
    """A client with a key of these limits."""
    _, token = service.keys.issue(NewKey("test", limits=KeyLimits(**limits)))
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=serve(service), headers=headers, timeout=60)


def spent(client: httpx.Client) -> dict[str, object]:
    days = client.get("/v1/spending").json()["days"]
    mine: dict[str, object] = next(day for day in days if day["key"])
    return mine


def test_an_answer_is_charged_as_the_model_reports_it(service: Service, serve: Serve) -> None:
    with asker(service, serve) as client:
        answer = client.post(f"{HERE}/answers", json=ASKED).json()
        charged = spent(client)

    assert (answer["refused"], answer["usage"]["input_tokens"]) == (False, 900)
    assert (charged["questions"], charged["input_tokens"], charged["output_tokens"]) == (1, 900, 30)
    assert charged["estimated_tokens"] == answer["usage"]["estimated_input_tokens"]
    assert charged["cost"] == pytest.approx((900 + 10 * 30) / 1_000_000)


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_question_beyond_the_days_tokens_asks_no_model(
    service: Service, serve: Serve, model: ScriptedModel, accept: str
) -> None:
    with asker(service, serve, tokens_per_day=100) as client:
        refused = client.post(f"{HERE}/answers", json=ASKED, headers={"Accept": accept})
        found = client.post(f"{HERE}/search", json=ASKED)

    if accept == "application/json":
        assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
        assert 0 < int(refused.headers["retry-after"]) <= 86_400
    else:
        assert "event: error" in refused.text
        assert "quota_exceeded" in refused.text
    assert model.asked == []
    assert found.status_code == 200


def test_what_a_model_reads_for_an_extraction_is_charged(
    service: Service, serve: Serve, model: ScriptedModel
) -> None:
    with asker(service, serve) as client:
        client.post(f"{HERE}/extract", json={"fields": INVOICE})
        charged = spent(client)

    assert len(model.asked) >= 1
    assert charged["input_tokens"] == 900 * len(model.asked)


def test_pages_are_charged_when_they_are_ready_and_refused_when_the_days_are_used_up(
    service: Service, serve: Serve
) -> None:
    with asker(service, serve, pages_per_day=2) as client:

        def hand_in(n: int) -> httpx.Response:
            sent = {"file": ("birds.pdf", pdf(f"Heron {n}", "Egret"))}
            return client.post(f"{HERE}/documents", files=sent)

        job = hand_in(1).json()["job"]["id"]
        wait_for(lambda: client.get(f"/v1/jobs/{job}").json()["state"] == "done")
        refused = hand_in(2)
        charged = spent(client)

    assert (refused.status_code, refused.json()["code"]) == (429, "quota_exceeded")
    assert charged["pages"] == 2
