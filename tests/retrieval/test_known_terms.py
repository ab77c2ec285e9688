from uuid import uuid4

import pytest

from api.service import Service
from retrieval.known_terms import PAGES_A_TIME, known_terms
from tests.tiny import index, pdf


@pytest.fixture
def filled(service: Service) -> Service:
    index(service, "dams.pdf", pdf("The dam is tall", "Herons nest on the island"))
    index(service, "bills.pdf", pdf("The invoice 2015 is due in March"))
    return service


def known(service: Service, *terms: str) -> dict[str, frozenset[str]]:
    collection = service.catalog.collection("default")
    documents = service.catalog.live_documents("default", None)
    names = {one.generation: one.name for one in documents}
    found = known_terms(service.vectors, collection.store, terms, names)
    return {names[generation]: held for generation, held in found.items()}


def test_a_document_knows_what_stands_on_any_of_its_pages(filled: Service) -> None:
    assert known(filled, "dam", "heron", "invoic", "2015", "whale") == {
        "dams.pdf": {"dam", "heron"},
        "bills.pdf": {"invoic", "2015"},
    }


def test_a_document_knows_what_it_is_called(filled: Service) -> None:
    assert known(filled, "bill")["bills.pdf"] == {"bill"}


def test_a_document_on_many_pages_does_not_hide_another(service: Service) -> None:
    index(service, "many.pdf", pdf(*["heron heron heron"] * PAGES_A_TIME))
    index(service, "one.pdf", pdf("Nothing but a long line of other words and one heron"))

    assert known(service, "heron") == {"many.pdf": {"heron"}, "one.pdf": {"heron"}}


def test_a_generation_that_is_not_there_knows_nothing(filled: Service) -> None:
    gone = uuid4()
    store = filled.catalog.collection("default").store

    assert known_terms(filled.vectors, store, ["dam"], [gone]) == {gone: frozenset()}


def test_nothing_asked_is_nothing_known(filled: Service) -> None:
    assert known(filled) == {"dams.pdf": frozenset(), "bills.pdf": frozenset()}
