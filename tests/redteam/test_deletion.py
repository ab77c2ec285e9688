"""What is deleted or another collection's is nowhere; what no page holds is no citation."""

from collections.abc import Callable
from uuid import UUID

import pytest

from api.desk import LocalDesk
from api.questions.bodies import AnswerRequest, SearchRequest
from api.service import Service
from index.errors import NotFound
from tests.redteam.attacks import PERSUADING, QUESTIONS
from tests.redteam.conftest import Ground, Obedient
from tests.tiny import index, pdf

SECRET = pdf("The vault of Oxmere opens with QXDELETED and a brass key")
QUESTION = "How does the vault of Oxmere open?"
Read = Callable[[Service, UUID], object]


def everything(service: Service, collection: str, question: str = QUESTION) -> str:
    desk = LocalDesk(service)
    found = desk.search(collection, SearchRequest(query=question))
    answer = desk.ask(collection, AnswerRequest(query=question))
    listed = desk.documents(collection, limit=100, cursor=None)
    return found.model_dump_json() + answer.model_dump_json() + listed.model_dump_json()


def test_a_deleted_document_is_in_no_answer_hit_or_list(service: Service) -> None:
    document = UUID(index(service, "vault.pdf", SECRET))
    index(service, "other.pdf", pdf("The vault of Oxmere is closed on Sundays"))
    assert "QXDELETED" in everything(service, "default")
    service.delete_document("default", document)
    told = everything(service, "default")
    assert "Sundays" in told
    assert "QXDELETED" not in told
    assert "vault.pdf" not in told


@pytest.mark.parametrize(
    "read",
    [
        lambda service, document: service.pages.picture("default", document, 1),
        lambda service, document: service.pages.picture("default", document, 1, width=100),
        lambda service, document: service.heat_maps.of_page("default", document, 1, QUESTION),
        lambda service, document: service.catalog.page("default", document, 1),
        lambda service, document: LocalDesk(service).document("default", str(document)),
    ],
    ids=["picture", "small picture", "heat map", "page", "details"],
)
def test_a_deleted_document_has_no_pictures_heat_or_details(service: Service, read: Read) -> None:
    document = UUID(index(service, "vault.pdf", SECRET))
    read(service, document)
    service.delete_document("default", document)
    with pytest.raises(NotFound):
        read(service, document)


def test_the_bytes_of_a_deleted_page_are_gone_from_the_blobs(service: Service) -> None:
    document = UUID(index(service, "vault.pdf", SECRET))
    page = service.catalog.page("default", document, 1)
    service.delete_document("default", document)
    kept = {path.name for path in (service.settings.data / "blobs").rglob("*") if path.is_file()}
    assert not kept & {page.words_sha256, page.image_sha256}


def test_what_was_asked_of_one_collection_tells_nothing_in_another(service: Service) -> None:
    index(service, "vault.pdf", SECRET, "mine")
    index(service, "other.pdf", pdf("The vault of Oxmere is closed on Sundays"), "yours")
    assert "QXDELETED" in everything(service, "mine")
    told = everything(service, "yours")
    assert "QXDELETED" not in told
    assert "Sundays" in told


def test_what_replaced_a_document_answers_from_then_on(service: Service) -> None:
    document = UUID(index(service, "vault.pdf", SECRET))
    everything(service, "default")
    service.replace(
        "default", document, "vault.pdf", [pdf("The vault of Oxmere opens with a code")]
    )
    service.worker.run_until_empty()
    told = everything(service, "default")
    assert "QXDELETED" not in told
    assert "opens with a code" in told


def test_a_quote_that_no_page_holds_is_no_verified_citation(
    persuadable: Ground, obedient: Obedient
) -> None:
    obedient.lies = [("P1", "The dam of Oxmere is ninety metres tall"), ("P9", "twelve metres")]
    answer = persuadable.ask(PERSUADING[0], QUESTIONS[0])
    obedient.lies = []
    assert not answer.grounded
    cited = answer.model_dump()["citations"]
    assert [c for c in cited if c.get("verified", True)] == []


def test_a_poisoned_document_does_not_drive_the_others_out(flagged: Ground) -> None:
    hits = flagged.hits(None, QUESTIONS[0])
    assert {hit.name for hit in hits} == {
        document.name for document in flagged.service.catalog.documents("default")
    }
