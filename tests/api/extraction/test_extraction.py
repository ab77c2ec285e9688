import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.extraction.extraction import Extraction
from api.service import Service
from index.errors import InvalidRequest
from retrieval.hits import PageScope
from tests.api.test_app import assert_problem
from tests.api.test_cli import pagesight_here, printed
from tests.command_line import run
from tests.serving import HERE
from tests.tiny import index, pdf

INVOICE = pdf(
    "Invoice no.        QL-417\nDate        17 April 2024\n\nNet        10.00\nVAT        2.00\n"
    "Total        12.00",
    "Total        99.00",
)
EXTRACT = "/v1/collections/default/extract"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "invoice_number": {"type": "string"},
        "sums": {
            "type": "object",
            "properties": {name: {"type": "number"} for name in ("net", "vat", "total")},
        },
    },
    "required": ["invoice_number"],
}


@pytest.fixture
def document(service: Service) -> str:
    return index(service, "invoice.pdf", INVOICE)


@pytest.fixture
def client(service: Service, document: str) -> Iterator[TestClient]:  # noqa: ARG001  it must be there
    with TestClient(
        create_app(service, work=False), base_url=HERE, raise_server_exceptions=False
    ) as opened:
        yield opened


def extract(client: TestClient, **body: Any) -> list[dict[str, Any]]:
    answered = client.post(EXTRACT, json={"schema": SCHEMA, **body})
    assert answered.status_code == 200, answered.text
    documents: list[dict[str, Any]] = answered.json()["documents"]
    return documents


def test_fields_come_with_value_quote_page_and_box(client: TestClient, document: str) -> None:
    (found,) = extract(client, pages={"last": 1})
    assert (found["document"], found["name"], found["valid"]) == (document, "invoice.pdf", True)
    assert found["data"] == {
        "invoice_number": "QL-417",
        "sums": {"net": 10.0, "vat": 2.0, "total": 12.0},
    }
    total = found["fields"]["sums.total"]
    assert set(total) == {
        "value", "raw", "page", "box", "quote", "confidence", "source", "problems",
    }  # fmt: skip
    assert (total["raw"], total["quote"], total["page"]) == ("12.00", "12.00", 1)
    assert total["source"] == "words"
    left, top, right, bottom = total["box"]
    assert 0 < left < right < 1
    assert 0 < top < bottom < 1


def test_a_sum_that_does_not_hold_makes_the_document_invalid(client: TestClient) -> None:
    (found,) = extract(client)
    assert not found["valid"]
    assert [(p["code"], p["path"]) for p in found["problems"]] == [("total_differs", "sums.total")]
    assert found["data"]["sums"]["total"] == 99.0


def test_documents_pages_and_filters_choose_what_is_read(
    client: TestClient, service: Service, document: str
) -> None:
    other = index(service, "other.pdf", pdf("Invoice no.        7"))
    numbers = {d["document"]: d["data"]["invoice_number"] for d in extract(client)}
    assert numbers == {document: "QL-417", other: "7"}
    assert [d["name"] for d in extract(client, documents=[other])] == ["other.pdf"]
    assert [d["name"] for d in extract(client, filter={"names": ["inv*"]})] == ["invoice.pdf"]
    (second,) = extract(client, documents=[document], pages={"first": 2, "last": 2})
    assert second["data"] == {
        "invoice_number": None,
        "sums": {"net": None, "vat": None, "total": 99.0},
    }


def test_rows_of_a_table_are_an_array(client: TestClient, service: Service) -> None:
    lines = "Description         Qty\nOak shelf         2\nHand lamp         5"
    other = index(service, "items.pdf", pdf(lines))
    row = {"description": {"type": "string"}, "quantity": {"type": "integer"}}
    array = {"type": "array", "items": {"type": "object", "properties": row}}
    schema = {
        "type": "object",
        "properties": {"order": {"type": "object", "properties": {"lines": array}}},
    }
    (found,) = extract(client, schema=schema, documents=[other])
    assert found["data"] == {
        "order": {
            "lines": [
                {"description": "Oak shelf", "quantity": 2},
                {"description": "Hand lamp", "quantity": 5},
            ]
        }
    }
    assert found["fields"]["order.lines[1].quantity"]["source"] == "table"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid_request"),
        ({"schema": {"type": "array"}}, 422, "invalid_schema"),
        ({"schema": SCHEMA, "other": 1}, 422, "invalid_request"),
        ({"schema": SCHEMA | {"title": "x" * 65_000}}, 422, "invalid_request"),
        ({"schema": SCHEMA, "documents": [str(uuid4())]}, 404, "document_not_found"),
        ({"schema": SCHEMA, "documents": ["none"]}, 404, "not_found"),
        ({"schema": SCHEMA, "pages": {}, "filter": {"pages": {}}}, 422, "invalid_request"),
        ({"schema": SCHEMA, "filter": {"metadata": {"a": []}}}, 422, "invalid_filter"),
    ],
)
def test_a_request_that_cannot_be_met_is_told_as_a_problem(
    client: TestClient, body: dict[str, Any], status: int, code: str
) -> None:
    assert_problem(client.post(EXTRACT, json=body), status, code)
    nowhere = client.post("/v1/collections/none/extract", json={"schema": SCHEMA})
    assert_problem(nowhere, 404, "collection_not_found")


def test_a_document_that_is_not_ready_is_told(client: TestClient, service: Service) -> None:
    waiting, _ = service.upload("default", "later.pdf", [pdf("Later")], {})
    asked = {"schema": SCHEMA, "documents": [str(waiting.id)]}
    assert_problem(client.post(EXTRACT, json=asked), 404, "page_not_found")


@pytest.mark.usefixtures("document")
def test_more_than_one_request_may_read_is_refused(service: Service) -> None:
    narrow = Extraction(service, max_documents=0)
    with pytest.raises(InvalidRequest, match="0 documents at most, 1 are chosen"):
        narrow.extract("default", SCHEMA, PageScope())
    short = Extraction(service, max_pages=1)
    with pytest.raises(InvalidRequest, match="1 pages at most, 2 are chosen"):
        short.extract("default", SCHEMA, PageScope())
    assert len(short.extract("default", SCHEMA, PageScope(last=1))) == 1


def test_the_command_prints_the_json_of_the_api(tmp_path: Path) -> None:
    (tmp_path / "invoice.pdf").write_bytes(INVOICE)
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    data = tmp_path / "data"
    ingested = printed(run("ingest", tmp_path / "invoice.pdf", "--json", data=data))
    document = ingested["documents"][0]["id"]
    asked = ("extract", tmp_path / "schema.json", "--document", document)
    (found,) = printed(run(*asked, "--json", data=data))["documents"]
    assert found["fields"]["invoice_number"]["value"] == "QL-417"
    shown = run(*asked, data=data)
    assert shown.returncode == 0, shown.stderr
    assert "invoice.pdf: not valid" in shown.stdout
    assert "invoice_number: QL-417  page 1" in shown.stdout
    assert "total_differs sums.total" in shown.stdout


@pytest.mark.parametrize("text", ["no json", "[]"])
def test_a_file_that_holds_no_schema_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "schema.json").write_text(text)
    done = pagesight_here("extract", f"{tmp_path}/schema.json", "--data", f"{tmp_path}/data")
    assert done.exit_code == 1
    assert "invalid_schema: " in done.output
