from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.service import Service
from api.telemetry import metric_names
from api.telemetry.metrics import Metrics
from tests.scripted_model import ScriptedModel, failing, reply, streamed
from tests.serving import HERE
from tests.tiny import HashedWords, index, pdf
from tools.write_metrics import PAGE, metrics

CANARY = "xylophone"
DAMS = pdf("The dam is twelve metres tall", f"Herons nest on the {CANARY} island")


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    index(service, f"{CANARY}.pdf", DAMS)
    with TestClient(create_app(service, work=False), base_url=HERE) as opened:
        yield opened


def told(client: TestClient) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, these in the order of their names."""
    text = client.get("/metrics").text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def ask(client: TestClient, question: str = "Where do herons nest?") -> None:
    answered = client.post("/v1/collections/default/answers", json={"query": question})
    assert answered.status_code in (200, 503), answered.text


def test_the_page_says_what_is_measured() -> None:
    assert PAGE.read_text("utf-8") == metrics()


def test_what_is_named_is_measured_and_nothing_else_of_ours(client: TestClient) -> None:
    families = text_string_to_metric_families(client.get("/metrics").text)
    ours = {family.name for family in families if family.name.startswith("pagesight_")}

    assert {name.removesuffix("_total") for name in ours} - {
        f"{name.name}_created" for name in metric_names.EVERY
    } == {name.name for name in metric_names.EVERY}


def test_two_services_in_a_process_count_for_themselves() -> None:
    one, other = Metrics(), Metrics()
    one.count(metric_names.ANSWERS, "refused")

    assert b'pagesight_answers_total{outcome="refused"} 1.0' in one.text()
    assert b'outcome="refused"' not in other.text()


def test_a_request_counts_by_its_route_and_not_by_its_path(client: TestClient) -> None:
    client.get("/v1/collections/default/documents")
    client.get("/v1/collections/nothing-there/documents")
    client.get("/no/such/page")
    found = told(client)

    route = "/v1/collections/{collection}/documents"
    count = "pagesight_http_request_seconds_count"
    assert found[count, "GET", route, "200"] == 1
    assert found[count, "GET", route, "404"] == 1
    assert found[count, "GET", "unmatched", "404"] == 1


def test_a_method_that_somebody_made_up_gets_no_series_of_its_own(client: TestClient) -> None:
    client.request("BREW", "/v1/collections")

    count = "pagesight_http_request_seconds_count"
    assert {name[1] for name in told(client) if name[0] == count} == {"other"}


def test_indexing_tells_its_stages_its_pages_and_how_jobs_ended(client: TestClient) -> None:
    found = told(client)

    for stage in ("encode", "store", "publish"):
        assert found["pagesight_ingest_stage_seconds_count", stage] == 1
    pages = {name[2:]: n for name, n in found.items() if name[0] == "pagesight_pages_total"}
    assert pages == {("ok", "text_layer"): 2}
    assert found["pagesight_jobs_total", "none", "done"] == 1
    assert found["pagesight_job_seconds_count", "done"] == 1


def test_a_job_that_fails_tells_why(client: TestClient, service: Service) -> None:
    index(service, "no.pdf", b"this is no PDF")

    assert told(client)["pagesight_jobs_total", "not_a_document", "failed"] == 1


def test_questions_tell_the_stages_of_search_and_answer(client: TestClient) -> None:
    ask(client)
    ask(client, "Who painted the ceiling?")
    found = told(client)

    for stage in ("encode", "read", "score", "rescore", "regions", "all"):
        assert found["pagesight_search_stage_seconds_count", stage] == 2
    assert found["pagesight_answer_stage_seconds_count", "answer"] == 2
    assert found["pagesight_answer_first_token_seconds_count",] == 2
    assert found["pagesight_answers_total", "grounded"] == 1
    assert found["pagesight_answers_total", "refused"] == 1
    assert found["pagesight_turn_wait_seconds_count", "answer", "taken"] == 2


def test_the_queue_the_disk_and_the_checks_are_told(client: TestClient, service: Service) -> None:
    service.upload("default", "more.pdf", [pdf("more")], {})
    found = told(client)

    assert found["pagesight_jobs_open", "queued"] == 1
    assert found["pagesight_jobs_open", "running"] == 0
    assert found["pagesight_oldest_queued_job_seconds",] >= 0
    assert found["pagesight_disk_free_bytes",] > 0
    assert found["pagesight_ready", "encoder"] == 1
    assert found["pagesight_ready", "all"] == 1


def test_a_model_tells_its_tokens_and_whether_it_is_left_alone(
    service: Service, encoder: HashedWords, model: ScriptedModel
) -> None:
    index(service, "dams.pdf", DAMS)
    service.close()
    said = reply(("Herons nest on the island.", [("P2", "Herons nest")]))
    model.plays(streamed(said), *[failing(500)] * 9)
    settings = service.settings.model_copy(
        update={"vlm_url": model.url, "vlm_model": "painter", "vlm_retries": 0}
    )
    with TestClient(
        create_app(Service.build(settings, encoder=encoder), work=False), base_url=HERE
    ) as client:
        ask(client)
        first = told(client)
        ask(client, "Where is the dam?")
        then = told(client)

    assert first["pagesight_model_tokens_total", "input", "painter"] == 900
    assert first["pagesight_model_tokens_total", "output", "painter"] == 30
    assert first["pagesight_model_circuit", "painter"] == 0
    assert then["pagesight_model_call_seconds_count", "painter", "failed"] >= 1
    assert then["pagesight_answers_total", "vlm_unavailable"] == 1


def test_no_metric_names_a_collection_or_a_document(client: TestClient) -> None:
    ask(client, f"Where is the {CANARY}?")
    client.get(f"/v1/collections/{CANARY}/documents")
    client.get(f"/{CANARY}", params={"q": CANARY})

    assert CANARY not in client.get("/metrics").text
