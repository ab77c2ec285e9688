import pytest

from api.service import Service
from index.catalog.entries import Collection
from index.encoders.shelf import EncoderChoice
from index.errors import PageNotFound
from tests.tiny import HashedWords, index, pdf


def test_what_meets_a_switch_is_asked_again_of_the_index_that_answers_now(
    service: Service,
) -> None:
    index(service, "dams.pdf", pdf("dam"))
    service.shelf.put(HashedWords(name="other"))
    asked = []

    def ask(collection: Collection) -> str:
        asked.append(collection.store)
        if len(asked) == 1:
            service.rebuilds.begin("default", EncoderChoice("other"))
            service.worker.run_until_empty()
            raise PageNotFound("collected meanwhile")
        return collection.manifest.encoder

    assert service.holdings.read("default", ask) == "other"
    assert asked == ["default-1", "default-2"]


def test_what_fails_without_a_switch_is_not_asked_again(service: Service) -> None:
    service.create_collection("default")
    asked = []

    def ask(collection: Collection) -> None:
        asked.append(collection.store)
        raise PageNotFound("never there")

    with pytest.raises(PageNotFound, match="never there"):
        service.holdings.read("default", ask)
    assert asked == ["default-1"]
