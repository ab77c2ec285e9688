import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.service import Service
from tests.serving import HERE
from tests.tiny import index, pdf

QUESTIONS = "/v1/collections/default/questions"


@pytest.fixture
def document(service: Service) -> str:
    return index(service, "dams.pdf", pdf("The dam is twelve metres tall", "Herons nest"))


@pytest.fixture
def client(service: Service, document: str) -> Iterator[TestClient]:
    assert document
    with TestClient(
        create_app(service, work=False), base_url=HERE, raise_server_exceptions=False
    ) as opened:
        yield opened


def question(document: str, page: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "text": "How tall is the dam?",
        "answers": ["twelve metres"],
        "pages": [{"document": document, "page": page, "grade": 1}],
        "is_answerable": True,
        "tags": ["height"],
        **changes,
    }


def lines(answered: Response) -> list[dict[str, Any]]:
    assert answered.headers["content-type"] == "application/jsonl"
    return [json.loads(line) for line in answered.text.splitlines()]


def code(answered: Response) -> tuple[int, str]:
    return answered.status_code, answered.json()["code"]


def test_a_question_is_added_changed_listed_and_deleted(client: TestClient, document: str) -> None:
    added = client.post(QUESTIONS, json=question(document))
    assert added.status_code == 201, added.text
    name = added.json()["id"]
    assert added.json() == {**question(document), "id": name, "is_stale": False}

    fresh = question(document, page=2, id=name, text="Who nests?")
    changed = client.put(f"{QUESTIONS}/{name}", json=fresh)
    assert changed.json() == {**fresh, "is_stale": False}
    assert client.get(QUESTIONS).json() == {"questions": [changed.json()], "next": None}

    assert client.delete(f"{QUESTIONS}/{name}").status_code == 204
    assert client.get(QUESTIONS).json()["questions"] == []
    assert code(client.delete(f"{QUESTIONS}/{name}")) == (404, "question_not_found")


def test_the_list_is_read_page_by_page(client: TestClient, document: str) -> None:
    for name in ("c", "a", "b"):
        client.post(QUESTIONS, json=question(document, id=name))
    first = client.get(QUESTIONS, params={"limit": 2}).json()
    rest = client.get(QUESTIONS, params={"limit": 2, "cursor": first["next"]}).json()

    assert [one["id"] for one in first["questions"]] == ["c", "a"]
    assert ([one["id"] for one in rest["questions"]], rest["next"]) == (["b"], None)


@pytest.mark.parametrize(
    "changes",
    [
        {"pages": []},
        {"is_answerable": False},
        {"text": " "},
        {"answers": [""]},
        {"pages": [{"document": "0" * 32, "page": 1}]},
        {"tags": ["x" * 65]},
        {"id": "../q"},
        {"more": 1},
    ],
)
def test_what_does_not_fit_together_is_refused(
    client: TestClient, document: str, changes: dict[str, Any]
) -> None:
    assert code(client.post(QUESTIONS, json=question(document, **changes))) == (
        422,
        "invalid_request",
    )


def test_a_page_named_twice_or_beyond_the_last_is_refused(
    client: TestClient, document: str
) -> None:
    page = question(document)["pages"][0]
    assert client.post(QUESTIONS, json=question(document, pages=[page, page])).status_code == 422
    assert client.post(QUESTIONS, json=question(document, page=3)).status_code == 422


def test_an_id_is_taken_once_and_stays(client: TestClient, document: str) -> None:
    client.post(QUESTIONS, json=question(document, id="q"))

    assert code(client.post(QUESTIONS, json=question(document, id="q")))[0] == 409
    assert code(client.put(f"{QUESTIONS}/q", json=question(document, id="r")))[0] == 422
    assert code(client.put(f"{QUESTIONS}/r", json=question(document))) == (
        404,
        "question_not_found",
    )


def test_deleting_a_document_leaves_its_questions_stale_and_out_of_the_export(
    client: TestClient, service: Service, document: str
) -> None:
    other = index(service, "birds.pdf", pdf("Herons nest on the island"))
    alone = question(document, id="alone")
    both = question(document, id="both")
    both["pages"] = [*both["pages"], {"document": other, "page": 1, "grade": 2}]
    silent = {"id": "silent", "text": "Who built it?", "is_answerable": False}
    for body in (alone, both, silent):
        assert client.post(QUESTIONS, json=body).status_code == 201
    client.delete(f"/v1/collections/default/documents/{document}")

    listed = client.get(QUESTIONS).json()["questions"]
    assert {one["id"]: one["is_stale"] for one in listed} == {
        "alone": True,
        "both": True,
        "silent": False,
    }
    exported = {line["query_id"]: line["pages"] for line in lines(client.get(f"{QUESTIONS}.jsonl"))}
    assert exported == {"both": [{"doc": "birds", "page": 1, "score": 2}], "silent": []}


def test_an_export_is_taken_in_again_as_it_was(client: TestClient, document: str) -> None:
    client.post(QUESTIONS, json=question(document, id="q", text="Wie hoch? 🏞"))
    client.post(QUESTIONS, json={"id": "none", "text": "Why?", "is_answerable": False})
    before = client.get(QUESTIONS).json()
    exported = client.get(f"{QUESTIONS}.jsonl").content
    for name in ("q", "none"):
        client.delete(f"{QUESTIONS}/{name}")

    headers = {"Content-Type": "application/jsonl"}
    for _ in range(2):
        taken = client.post(f"{QUESTIONS}.jsonl", content=exported, headers=headers)
        assert taken.json() == {"imported": 2}
    assert client.get(QUESTIONS).json() == before


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "question 2"),
        ('{"query_id": "r", "query": "?"}', "question 2: pages"),
        ('{"query_id": "r", "query": "?", "pages": [{"doc": "x", "page": 1}]}', "called 'x'"),
        ('{"query_id": "r", "query": "?", "pages": [{"doc": "dams", "page": 9}]}', "no page 9"),
        ('{"query_id": "q", "query": "?", "pages": []}', "same query_id"),
    ],
)
def test_a_line_that_does_not_fit_takes_none_in(client: TestClient, line: str, told: str) -> None:
    good = '{"query_id": "q", "query": "?", "pages": []}'
    answered = client.post(
        f"{QUESTIONS}.jsonl",
        content=f"{good}\n{line}\n",
        headers={"Content-Type": "application/jsonl"},
    )

    assert code(answered) == (422, "invalid_request")
    assert told in answered.json()["detail"]
    assert client.get(QUESTIONS).json()["questions"] == []
