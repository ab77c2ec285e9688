from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.golden.evaluations import Evaluations, EvaluationSummary
from api.service import Service
from index.errors import EvaluationNotFound
from tests.serving import HERE

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def summary(hours: int = 0) -> EvaluationSummary:
    return EvaluationSummary(
        name="dams",
        collection="eval-dams",
        created_at=NOON + timedelta(hours=hours),
        figures={"nDCG@5": 0.75},
    )


@pytest.fixture
def kept(data_folder: Path) -> Evaluations:
    return Evaluations(data_folder)


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(
        create_app(service, work=False), base_url=HERE, raise_server_exceptions=False
    ) as opened:
        yield opened


def test_an_evaluation_is_listed_shown_reported_and_deleted(
    client: TestClient, kept: Evaluations
) -> None:
    name = kept.keep(summary(), record=b'{"outcomes": []}', report="<p>\u00fc</p>").id

    assert client.get("/v1/evaluations").json() == {
        "evaluations": [
            {
                "id": name,
                "name": "dams",
                "collection": "eval-dams",
                "created_at": "2026-01-01T12:00:00Z",
                "figures": {"nDCG@5": 0.75},
            }
        ]
    }
    assert client.get(f"/v1/evaluations/{name}").json() == {"outcomes": []}
    assert client.get(f"/v1/evaluations/{name}/report").text == "<p>\u00fc</p>"
    assert client.delete(f"/v1/evaluations/{name}").status_code == 204
    assert client.get("/v1/evaluations").json() == {"evaluations": []}
    gone = client.get(f"/v1/evaluations/{name}")
    assert (gone.status_code, gone.json()["code"]) == (404, "evaluation_not_found")


def test_a_report_may_run_no_script_and_load_nothing(client: TestClient, kept: Evaluations) -> None:
    name = kept.keep(summary(), record=b"{}", report="<script>alert(1)</script>").id
    answered = client.get(f"/v1/evaluations/{name}/report")
    policy = dict(
        part.strip().partition(" ")[::2]
        for part in answered.headers["content-security-policy"].split(";")
    )

    assert policy["default-src"] == "'none'"
    assert policy["sandbox"] == ""
    assert not {"script-src", "connect-src", "frame-src"} & set(policy)
    assert answered.headers["content-type"] == "text/html; charset=utf-8"
    assert answered.headers["x-content-type-options"] == "nosniff"


def test_the_newest_comes_first(kept: Evaluations) -> None:
    for hours in (1, 3, 2):
        kept.keep(summary(hours), record=b"{}", report="")

    assert [one.created_at.hour for one in kept.list()] == [15, 14, 13]


def test_keeping_twice_equals_keeping_once(kept: Evaluations) -> None:
    first = kept.keep(summary(), record=b"{}", report="")
    assert kept.keep(summary(), record=b"{}", report="") == first
    assert kept.list() == [first]


def test_nothing_outside_the_folder_is_read(kept: Evaluations, data_folder: Path) -> None:
    kept.keep(summary(), record=b"{}", report="")
    (data_folder / "secret").mkdir()
    (data_folder / "secret" / "record.json").write_text("secret")

    for name in ("../secret", ".", "", "20260101T120000Z-000000000000", f"{data_folder}/secret"):
        with pytest.raises(EvaluationNotFound):
            kept.record(name)


def test_what_is_half_written_is_not_listed(kept: Evaluations, data_folder: Path) -> None:
    kept.keep(summary(), record=b"{}", report="")
    (data_folder / "evaluations" / ".half").mkdir()

    assert len(kept.list()) == 1
