"""The ways to ask for a checkup: the command, the route, the clients."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from click.testing import CliRunner, Result
from fastapi.testclient import TestClient

from api.app import create_app
from api.checkup.bodies import MENDS, Checked, CheckupRequest, Finding, FindingKind
from api.cli import pagesight
from api.client.desk import RemoteDesk
from api.client.synchronous import PagesightClient
from api.service import Service
from index.catalog.accounts import NewKey
from tests.serving import HERE
from tests.tiny import index, pdf

ROOT = Path(__file__).parents[3]
NO_GRACE = CheckupRequest(grace_s=0)


@pytest.fixture
def damaged(service: Service) -> Service:
    """A service with a document whose original is gone, and with bytes of nobody."""
    index(service, "dams.pdf", pdf("The dam is twelve metres tall"))
    (document,) = service.catalog.documents("default")
    service.blobs.delete(document.sha256)
    service.blobs.put(b"of nobody")
    return service


def doctor(url: str, data: Path, *options: str) -> Result:
    command = ["doctor", "--deep", "--url", url, "--data", str(data), *options]
    return CliRunner().invoke(pagesight, command)


def test_a_sound_service_ends_the_command_well(url: str, data_folder: Path) -> None:
    done = doctor(url, data_folder)

    assert done.exit_code == 0, done.output
    assert "0 documents, 0 pages, 0 blobs: all is as it must be" in done.stdout


@pytest.mark.usefixtures("damaged")
def test_what_is_found_is_printed_with_what_mends_it(url: str, data_folder: Path) -> None:
    done = doctor(url, data_folder, "--grace", "0")

    assert done.exit_code == 1
    assert "blob_lost        default, " in done.stdout
    assert "mend: restore it from a backup" in done.stdout
    assert "1 documents, 1 pages, 3 blobs: 2 findings" in done.stdout


@pytest.mark.usefixtures("damaged")
def test_what_is_found_is_told_as_json_beside_the_checks(url: str, data_folder: Path) -> None:
    done = doctor(url, data_folder, "--json", "--grace", "0")

    report: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == 1
    assert {check["name"] for check in report["checks"]} >= {"tesseract", "disk"}
    assert report["checkup"]["checked"]["findings"] == 2
    kinds = [found["kind"] for found in report["checkup"]["findings"]]
    assert kinds == ["blob_lost", "blob_orphaned"]


def test_without_deep_nothing_is_looked_at(data_folder: Path) -> None:
    done = CliRunner().invoke(pagesight, ["doctor", "--json", "--data", str(data_folder)])

    assert json.loads(done.stdout)["checkup"] is None
    assert not data_folder.exists()


@pytest.mark.parametrize("option", [["--grace", "1"], ["--mend"]], ids=["grace", "mend"])
def test_grace_and_mending_go_with_a_deep_look_only(data_folder: Path, option: list[str]) -> None:
    done = CliRunner().invoke(pagesight, ["doctor", *option, "--data", str(data_folder)])

    assert done.exit_code == 2
    assert "--grace and --mend go with --deep" in done.output


@pytest.mark.usefixtures("damaged")
def test_nothing_is_mended_under_a_server(url: str, data_folder: Path, service: Service) -> None:
    before = {blob.sha256 for blob in service.blobs.listed()}

    done = doctor(url, data_folder, "--grace", "0", "--mend")

    assert done.exit_code == 1
    assert "a server has this folder" in done.output
    assert {blob.sha256 for blob in service.blobs.listed()} == before


@pytest.mark.usefixtures("damaged")
def test_a_client_and_the_desk_are_told_the_same(url: str) -> None:
    with PagesightClient(url) as client:
        told = [(event.name, event.body) for event in client.check_up(NO_GRACE)]
    desk = RemoteDesk.connect(url)

    assert [(event.name, event.body) for event in desk.check_up(NO_GRACE)] == told
    assert [type(body) for _, body in told if isinstance(body, Finding)] == [Finding] * 2
    assert told[-1] == (
        "done",
        Checked(collections=1, documents=1, pages=1, blobs=3, findings=2),
    )
    desk.close()


@pytest.fixture
def client(service: Service) -> Iterator[TestClient]:
    with TestClient(create_app(service, work=False), base_url=HERE) as opened:
        yield opened


def test_a_tenant_may_not_look_at_what_others_keep(service: Service, client: TestClient) -> None:
    token = service.keys.issue(NewKey("all", "acme"))[1]

    refused = client.post("/v1/checkups", json={}, headers={"Authorization": f"Bearer {token}"})

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


def test_every_kind_of_finding_is_explained_and_has_a_mend() -> None:
    table = (ROOT / "docs" / "checkup.md").read_text("utf-8")

    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) == set(get_args(FindingKind))
    assert set(MENDS) == set(get_args(FindingKind))
