"""What only a server does: its address, its age, its layout, its outages."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import grpc
import psutil
import pytest
from grpc import StatusCode
from qdrant_client import QdrantClient, models
from qdrant_client.grpc import HealthCheckReply, HealthCheckRequest
from qdrant_client.grpc.qdrant_pb2_grpc import add_QdrantServicer_to_server

from index.errors import InvalidRequest, VectorStoreUnavailable
from index.vectors.base import PagePoint
from index.vectors.server import QdrantVectorStore
from index.vectors.server_link import Address
from index.vectors.server_requests import Layout, collection_config
from tests.conftest import unit_rows
from tests.index.vectors.test_contract import terms
from tests.qdrant_stand_in.running import StandIn
from tests.qdrant_stand_in.services import Health
from tests.tiny import wait_for

DIM = 16
FIRST = UUID(int=1)


@pytest.fixture
def collection(qdrant_url: str) -> Iterator[str]:
    """A name on the shared server that nobody else uses."""
    name = f"server-{uuid4().hex}"
    yield name
    with connected(qdrant_url) as store:
        store.drop(name)


@pytest.fixture
def stand_in(tmp_path: Path) -> Iterator[StandIn]:
    """A server of this test's own, to be treated badly."""
    server = StandIn(tmp_path / "qdrant")
    server.start()
    yield server
    server.kill()


@pytest.fixture
def store(stand_in: StandIn) -> Iterator[QdrantVectorStore]:
    """What is connected to it."""
    opened = QdrantVectorStore.connect(stand_in.url, api_key=None, timeout_s=2)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://qdrant:6333", Address("qdrant", 6334, is_secure=False)),
        ("http://qdrant", Address("qdrant", 6334, is_secure=False)),
        ("https://rows.example:443", Address("rows.example", 444, is_secure=True)),
        ("qdrant://qdrant:7000", Address("qdrant", 7000, is_secure=False)),
        ("qdrants://rows.example", Address("rows.example", 6334, is_secure=True)),
        ("qdrant://[::1]:6334", Address("[::1]", 6334, is_secure=False)),
    ],
)
def test_an_address_leads_to_the_port_of_grpc(url: str, expected: Address) -> None:
    assert Address.parse(url) == expected


@pytest.mark.parametrize("url", ["edgy", "ftp://qdrant", "qdrant://", "qdrant:6334"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InvalidRequest, match="qdrant://host:6334"):
        QdrantVectorStore.connect(url, api_key=None)


def test_a_server_that_is_too_old_is_told_so(tmp_path: Path) -> None:
    old = StandIn(tmp_path, version="1.9.7")
    old.start()
    store = QdrantVectorStore.connect(old.url, api_key=None)

    with pytest.raises(VectorStoreUnavailable, match=r"version 1\.9\.7; update it to 1\.10"):
        store.check()
    store.close()
    old.kill()


def test_a_collection_is_laid_out_as_the_settings_say(qdrant_url: str, collection: str) -> None:
    layout = Layout("scalar", shards=6, replicas=3, write_consistency=2)
    with connected(qdrant_url, layout=layout) as store:
        store.create(collection, dim=DIM, pooled=True)

    params = info(qdrant_url, collection).config.params

    assert params.shard_number == 6
    assert params.replication_factor == 3
    assert params.write_consistency_factor == 2
    assert isinstance(params.vectors, dict)
    assert params.vectors["rows"].quantization_config is not None
    assert params.vectors["pooled"].quantization_config is None


def test_the_layout_is_the_servers_own_where_nobody_asks(qdrant_url: str, collection: str) -> None:
    with connected(qdrant_url) as store:
        store.create(collection, dim=DIM)

    params = info(qdrant_url, collection).config.params

    assert (params.replication_factor, params.write_consistency_factor) == (1, 1)


def test_processes_that_make_a_collection_at_once_all_have_it(
    qdrant_url: str, collection: str
) -> None:
    together = Barrier(8)

    def make(_: int) -> int:
        with connected(qdrant_url) as store:
            store.check()
            together.wait()
            store.create(collection, dim=DIM)
            return store.count_pages(collection, FIRST)

    with ThreadPoolExecutor(together.parties) as pool:
        assert list(pool.map(make, range(together.parties))) == [0] * together.parties


def test_a_collection_whose_maker_died_in_the_middle_gets_its_indexes(
    qdrant_url: str, collection: str
) -> None:
    with closing(client(qdrant_url)) as half:
        half.create_collection(collection, **collection_config(DIM, pooled=False, layout=Layout()))

    with connected(qdrant_url) as store:
        store.create(collection, dim=DIM)

    assert set(info(qdrant_url, collection).payload_schema) == {"generation", "page"}


def test_what_was_acknowledged_survives_a_kill_of_the_server(
    stand_in: StandIn, store: QdrantVectorStore
) -> None:
    store.create("kept", dim=DIM)
    store.put_pages("kept", FIRST, [a_page(n) for n in range(1, 21)])

    stand_in.kill()
    stand_in.start()

    wait_for(lambda: n_pages(store, "kept") == 20)


def test_a_server_that_is_back_is_used_again(stand_in: StandIn, store: QdrantVectorStore) -> None:
    store.create("back", dim=DIM)
    stand_in.kill()
    for _ in range(3):
        with pytest.raises(VectorStoreUnavailable):
            store.check()

    stand_in.start()

    wait_for(lambda: n_pages(store, "back") == 0)


def test_a_server_that_hangs_is_given_up_at_the_deadline(
    stand_in: StandIn, store: QdrantVectorStore
) -> None:
    store.check()
    os.kill(stand_in.pid, signal.SIGSTOP)
    wait_for(lambda: psutil.Process(stand_in.pid).status() == psutil.STATUS_STOPPED)

    with pytest.raises(VectorStoreUnavailable, match="DEADLINE_EXCEEDED"):
        store.check()

    os.kill(stand_in.pid, signal.SIGCONT)
    wait_for(lambda: n_pages(store, "none") is None)


def test_a_call_that_finds_nobody_is_made_again() -> None:
    health = FailingHealth([StatusCode.UNAVAILABLE] * 3)

    with (
        served_alone(health) as url,
        connected(url) as store,
        pytest.raises(VectorStoreUnavailable, match="UNIMPLEMENTED"),  # it has no collections
    ):
        store.check()

    assert health.to_come == []


def test_what_the_server_says_is_told_on_one_line(qdrant_url: str) -> None:
    with connected(qdrant_url) as store, pytest.raises(VectorStoreUnavailable) as told:
        store.count_pages("nowhere", FIRST)

    assert str(told.value) == (
        "Qdrant did not answer as it should: "
        "Not found: Collection `nowhere` doesn't exist! (NOT_FOUND)"
    )


def test_a_server_that_asks_for_patience_is_an_outage() -> None:
    health = FailingHealth([StatusCode.RESOURCE_EXHAUSTED])

    with (
        served_alone(health) as url,
        connected(url) as store,
        pytest.raises(VectorStoreUnavailable, match="too many requests"),
    ):
        store.check()


def test_a_server_that_is_not_there_is_an_error() -> None:
    absent = QdrantVectorStore.connect("http://127.0.0.1:9", api_key=None)

    with pytest.raises(VectorStoreUnavailable):
        absent.count_pages("none", FIRST)
    absent.close()


class FailingHealth(Health):
    """Fails as it is told before it answers.

    Attributes:
        to_come: the failures that are left.
    """

    def __init__(self, failures: list[StatusCode]) -> None:
        super().__init__("1.20.0")
        self.to_come = failures

    def HealthCheck(  # noqa: N802  Qdrant's name
        self, request: HealthCheckRequest, context: grpc.ServicerContext
    ) -> HealthCheckReply:
        if self.to_come:
            context.set_trailing_metadata((("retry-after", "5"),))
            context.abort(self.to_come.pop(), "too many requests")
        return super().HealthCheck(request, context)


@contextmanager
def served_alone(health: Health) -> Iterator[str]:
    """A server in this process that has nothing but its health."""
    server = grpc.server(ThreadPoolExecutor(2))
    add_QdrantServicer_to_server(health, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"qdrant://127.0.0.1:{port}"
    server.stop(grace=None).wait()


def a_page(number: int) -> PagePoint:
    return PagePoint(number, unit_rows(5, DIM, seed=number), terms((number, 1.0)))


@contextmanager
def connected(url: str, layout: Layout | None = None) -> Iterator[QdrantVectorStore]:
    with closing(QdrantVectorStore.connect(url, api_key=None, layout=layout)) as store:
        yield store


def client(url: str) -> QdrantClient:
    address = Address.parse(url)
    return QdrantClient(
        host=address.host, grpc_port=address.port, prefer_grpc=True, check_compatibility=False
    )


def info(url: str, collection: str) -> models.CollectionInfo:
    with closing(client(url)) as looking:
        return looking.get_collection(collection)


def n_pages(store: QdrantVectorStore, collection: str) -> int | None:
    try:
        return store.count_pages(collection, FIRST)
    except VectorStoreUnavailable:
        return None
