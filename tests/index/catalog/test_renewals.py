import pytest

from api.service import Service
from index.catalog.entries import Collection
from index.catalog.renewals import Renewals
from index.errors import RebuildBusy
from tests.tiny import index, pdf


@pytest.fixture
def renewals(service: Service) -> Renewals:
    index(service, "dams.pdf", pdf("the dam"))
    return Renewals(service.database.engine)


@pytest.fixture
def collection(service: Service, renewals: Renewals) -> Collection:  # noqa: ARG001  it indexes
    return service.collection("default")


def fill(service: Service, store: str) -> None:
    for left in service.stores.fillings.unfilled("default", store):
        service.stores.fillings.note(store, left.generation, 1, is_complete=True)


def test_the_fresh_store_answers_once_it_has_all_that_is_live(
    service: Service, renewals: Renewals, collection: Collection
) -> None:
    renewal = renewals.begin(collection)
    assert renewals.switch(renewal) is None
    fill(service, renewal.store)
    service.vectors.create(renewal.store, dim=collection.manifest.dim)
    index(service, "herons.pdf", pdf("herons"))
    assert renewals.switch(renewal) is None
    fill(service, renewal.store)

    answered = renewals.switch(renewal)

    assert answered is not None
    assert (answered.store, answered.state) == (collection.store, "ending")
    after = service.catalog.collection("default")
    assert (after.store, after.manifest) == (renewal.store, collection.manifest)
    assert after.version > collection.version


def test_what_is_deleted_meanwhile_is_deleted_from_the_fresh_store(
    service: Service, renewals: Renewals, collection: Collection
) -> None:
    renewal = renewals.begin(collection)
    (document,) = service.catalog.documents("default")
    service.vectors.create(renewal.store, dim=collection.manifest.dim)
    assert document.generation is not None
    service.vectors.copy_generation(collection.store, renewal.store, document.generation)

    service.delete_document("default", document.id)

    assert service.vectors.count_pages(renewal.store, document.generation) == 0


def test_no_worker_takes_a_renewal_up(
    service: Service, renewals: Renewals, collection: Collection
) -> None:
    renewals.begin(collection)

    assert service.stores.rebuilds.open_ids() == []


def test_a_second_index_beside_is_refused(renewals: Renewals, collection: Collection) -> None:
    renewals.begin(collection)
    with pytest.raises(RebuildBusy):
        renewals.begin(collection)


def test_a_renewal_that_was_ended_does_not_go_on(
    service: Service, renewals: Renewals, collection: Collection
) -> None:
    renewal = renewals.begin(collection)
    service.rebuilds.forget("default")
    fill(service, renewal.store)
    with pytest.raises(RebuildBusy, match="erase again"), renewals.hold(renewal):
        pass
    with pytest.raises(RebuildBusy, match="erase again"):
        renewals.switch(renewal)
    assert service.catalog.collection("default").store == collection.store
