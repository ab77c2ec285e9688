"""A name is only ever shown: it is no path, no option, and no markup of a terminal."""

import unicodedata
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.service import Service
from api.uploads import MAX_NAME
from tests.hostile import pdfs
from tests.serving import HERE
from tests.tiny import wait_for

NAMES = {
    "../../x.pdf": "x.pdf",
    "..\\..\\x.pdf": "x.pdf",
    "/etc/cron.d/x": "x",
    "..": "document",
    "%00.pdf": "%00.pdf",
    "x\0.pdf": "x.pdf",
    "a" * 300 + ".pdf": "a" * MAX_NAME,
    "invoice\u202efdp.exe": "invoicefdp.exe",
    "-rf": "-rf",
    "--output=x": "--output=x",
    "CON": "CON",
    "aux.pdf": "aux.pdf",
    "\x1b[2Jx.pdf": "[2Jx.pdf",
    "$(touch x).pdf": "$(touch x).pdf",
    "a\r\nSet-Cookie: b": "aSet-Cookie: b",
    "<img src=x>.pdf": "<img src=x>.pdf",
    "\ud800.pdf": ".pdf",
}


@pytest.mark.parametrize(("name", "shown"), NAMES.items(), ids=map(ascii, NAMES))
def test_a_name_is_shown_and_nothing_else(
    service: Service, data_folder: Path, name: str, shown: str
) -> None:
    service.create_collection("default")
    around = {path.name for path in data_folder.parent.iterdir()}
    document, _ = service.upload("default", name, [pdfs.honest()], {})

    service.worker.run_until_empty()

    found = service.catalog.document("default", document.id)
    assert (found.name, found.state) == (shown, "ready")
    assert not [char for char in found.name if unicodedata.category(char)[0] == "C"]
    assert {path.name for path in data_folder.parent.iterdir()} == around
    files = [path.name for path in (data_folder / "blobs").rglob("*") if path.is_file()]
    assert files
    assert all(len(name) == 64 and int(name, 16) for name in files)


def test_a_name_that_travels_does_so_over_http_too(service: Service) -> None:
    service.create_collection("default")
    client = TestClient(create_app(service), base_url=HERE)
    content = {"file": ("../../%2e%2e/x\u202e.pdf", pdfs.honest())}
    answer = client.post("/v1/collections/default/documents", files=content)
    assert answer.json()["document"]["name"] == "x.pdf"


def test_no_bytes_are_refused_at_once(service: Service) -> None:
    service.create_collection("default")
    client = TestClient(create_app(service), base_url=HERE)
    answer = client.post("/v1/collections/default/documents", files={"file": ("x.pdf", b"")})
    assert (answer.status_code, answer.json()["code"]) == (422, "empty")


def test_what_a_document_would_run_is_not_run(service: Service, tmp_path: Path) -> None:
    target = tmp_path / "touched"
    service.create_collection("default")
    content = pdfs.acting(target=str(target))
    document, _ = service.upload("default", "acting.pdf", [content], {})

    service.worker.run_until_empty()

    wait_for(lambda: service.catalog.document("default", document.id).state == "ready")
    assert not target.exists()
