"""A second layer of rows: the words of every page, read by the encoder that ships."""

from uuid import UUID

import pytest

from api.service import Service
from index.encoders.shelf import EncoderChoice
from index.errors import InvalidRequest
from retrieval.hits import SearchQuery
from tests.tiny import pdf

DAMS = pdf("The dam is twelve metres tall", "Herons nest on the island")
BESIDE = EncoderChoice("hashed-words", "text", words=True)


@pytest.fixture
def paired(service: Service) -> Service:
    service.create_collection("default", encoder=BESIDE)
    return service


def add(service: Service) -> UUID:
    """Index the document and return its generation."""
    document, _ = service.upload("default", "dams.pdf", [DAMS], {})
    service.worker.run_until_empty()
    generation = service.catalog.document("default", document.id).generation
    assert generation is not None
    return generation


def n_points(service: Service, generation: UUID) -> list[int]:
    layers = service.catalog.collection("default").layers
    return [service.vectors.count_pages(layer.store, generation) for layer in layers]


def test_the_second_arm_finds_a_page_by_other_words(paired: Service) -> None:
    add(paired)
    only = SearchQuery("What is the height of the barrier?", arms=frozenset({"words"}))
    best = paired.search("default", only).hits[0]
    assert best.page == 1
    assert set(best.arms) == {"maxsim", "words", "bm25"}


def test_each_page_is_stored_in_both_layers_and_its_terms_once(paired: Service) -> None:
    generation = add(paired)
    assert n_points(paired, generation) == [2, 2]
    rows = [
        dict(paired.vectors.read_rows(layer.store, generation))
        for layer in paired.catalog.collection("default").layers
    ]
    assert [found[1].dim for found in rows] == [32, 192]
    noted = paired.catalog.pages(generation)[0].n_rows
    assert noted == sum(len(found[1]) for found in rows)


def test_a_deleted_document_leaves_nothing_in_either_layer(paired: Service) -> None:
    generation = add(paired)
    (document,) = paired.catalog.documents("default")
    paired.delete_document("default", document.id)
    assert n_points(paired, generation) == [0, 0]


def test_a_collection_without_the_arm_says_which_it_has(service: Service) -> None:
    service.create_collection("default")
    with pytest.raises(InvalidRequest, match="arms maxsim, bm25"):
        service.search("default", SearchQuery("heron", arms=frozenset({"words"})))


def test_the_encoder_that_ships_is_not_paired_with_itself() -> None:
    with pytest.raises(InvalidRequest, match="reads the words already"):
        EncoderChoice(words=True)


def test_a_collection_opened_again_keeps_its_second_arm(paired: Service) -> None:
    again = paired.create_collection("default", encoder=BESIDE)
    assert [layer.arm for layer in again.layers] == ["maxsim", "words"]
    assert [layer.arm for layer in paired.collection("default").layers] == ["maxsim", "words"]


def test_an_index_gets_and_loses_its_second_arm_by_being_built_anew(service: Service) -> None:
    service.create_collection("default")
    generation = add(service)
    for words, expected in ((True, ["maxsim", "words"]), (False, ["maxsim"])):
        service.rebuilds.begin("default", EncoderChoice("hashed-words", "text", words=words))
        service.worker.run_until_empty()
        layers = service.collection("default").layers
        assert [layer.arm for layer in layers] == expected
        assert n_points(service, generation) == [2] * len(layers)
        assert service.search("default", SearchQuery("herons")).hits[0].page == 2
    service.delete_collection("default")
    folders = [path.name for path in (service.settings.data / "vectors").iterdir()]
    assert folders == []
