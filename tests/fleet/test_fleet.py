"""Two servers and three workers, in processes of their own, are one service."""

import shutil
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import cycle
from pathlib import Path
from random import Random
from threading import Event
from uuid import uuid4

import pytest
from qdrant_client import QdrantClient

from api.callers.bodies import KeyRequest
from api.client.failures import KeyRejected, RemoteNotFound, RemoteUnavailable
from api.client.synchronous import PagesightClient
from api.schemas import Upload
from index.blobs.s3 import Bucket
from index.catalog.database import Database
from index.errors import Unavailable
from index.vectors.server_link import Address
from tests.conftest import fresh_database
from tests.fleet.birds import BIRDS, about, as_told, end, found, hand_in, index, question
from tests.fleet.fleet import Fleet, running_fleet
from tests.fleet.processes import Server
from tests.seaweed import fresh_prefix
from tests.tiny import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fleet(
    postgres: Database, migrated: str, s3_server: Bucket, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Fleet]:
    """A fleet that all tests share."""
    folder = tmp_path_factory.mktemp("fleet")
    with ExitStack() as opened:
        database = opened.enter_context(fresh_database(postgres, migrated))
        bucket = fresh_prefix(s3_server)
        yield opened.enter_context(running_fleet(folder, database, bucket))


@pytest.fixture
def servers(fleet: Fleet) -> tuple[Server, Server]:
    """The two servers, both ready."""
    one, other = fleet.servers
    return one, other


@pytest.fixture
def collection(servers: tuple[Server, Server]) -> str:
    """An empty collection of this test's own."""
    name = f"birds-{uuid4().hex[:8]}"
    servers[0].client.create_collection(name)
    return name


def n_points(fleet: Fleet, collection: str) -> int:
    address = Address.parse(fleet.vectors.url)
    with closing(
        QdrantClient(
            host=address.host, grpc_port=address.port, prefer_grpc=True, check_compatibility=False
        )
    ) as looking:
        (store,) = [
            one.name for one in looking.get_collections().collections if collection in one.name
        ]
        return looking.count(store).count


def test_documents_handed_in_anywhere_are_indexed_once_and_found_everywhere(
    fleet: Fleet, servers: tuple[Server, Server], collection: str
) -> None:
    dice = Random(8)  # noqa: S311  nothing secret
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda bird: hand_in(dice.choice(servers), collection, bird), BIRDS))
    for upload in taken:
        end(dice.choice(servers), upload)

    for server in servers:
        listed = list(server.client.all_documents(collection))
        assert Counter(one.state for one in listed) == {"ready": len(BIRDS)}
        assert len(list(server.client.all_jobs(collection))) == len(BIRDS)
        assert [found(server, collection, bird)[0] for bird in BIRDS] == [
            f"{bird}.pdf" for bird in BIRDS
        ]
    assert n_points(fleet, collection) == 3 * len(BIRDS)  # two pages and the document's context


def test_both_servers_say_the_same(servers: tuple[Server, Server], collection: str) -> None:
    index(servers[0], collection, *BIRDS[:6])

    for bird in BIRDS[:6]:
        one, other = (as_told(s.client.search(collection, question(bird))) for s in servers)
        assert one == other
        one, other = (as_told(s.client.ask(collection, question(bird))) for s in servers)
        assert one == other
        assert "700 grams" in one


def test_a_deletion_through_one_server_holds_at_once_in_the_other(
    servers: tuple[Server, Server], collection: str
) -> None:
    one, other = servers
    ids = index(one, collection, *BIRDS[:6])

    for bird in BIRDS[:5]:
        assert f"{bird}.pdf" in found(other, collection, bird)
        one.client.delete_document(collection, ids[bird])
        assert f"{bird}.pdf" not in found(other, collection, bird)
        with pytest.raises(RemoteNotFound):
            other.client.document(collection, ids[bird])
        one, other = other, one


def test_a_replacement_through_one_server_is_whole_in_the_other(
    servers: tuple[Server, Server], collection: str
) -> None:
    one, other = servers
    ids = index(one, collection, "heron", "coot")
    assert "700 grams" in other.client.ask(collection, question("heron")).answer

    replaced = one.client.replace_document(
        collection, ids["heron"], about("heron", 1900), name="heron.pdf"
    )
    end(one, replaced)

    answer = other.client.ask(collection, question("heron"))
    assert "1900 grams" in answer.answer
    assert "700 grams" not in as_told(answer)


def test_a_key_that_is_revoked_at_one_server_is_refused_at_once_by_the_other(
    servers: tuple[Server, Server], collection: str
) -> None:
    one, other = servers
    for _ in range(3):
        issued = one.client.create_key(KeyRequest(name="for a while"))
        with PagesightClient(other.url, key=issued.token) as client:
            assert client.collection(collection).name == collection
            one.client.revoke_key(issued.id)
            with pytest.raises(KeyRejected):
                client.collection(collection)
        one, other = other, one


@pytest.mark.faults(
    "SIGKILL of one worker of a fleet in the middle of its work",
    result="another one takes it over; one point for each page",
)
def test_the_work_of_a_worker_that_is_killed_is_taken_over(
    fleet: Fleet, servers: tuple[Server, Server], collection: str
) -> None:
    doomed = fleet.worker("doomed", PAGESIGHT_FAULT="chunk.noted:1:kill")
    doomed.start()

    taken: list[Upload] = []
    for bird in cycle(BIRDS):
        if not doomed.is_alive():
            break
        grams = 100 + len(taken)
        taken.append(hand_in(servers[len(taken) % 2], collection, bird, grams))
        wait_for(lambda: not doomed.is_alive() or n_open(servers[0], collection) < 6)

    assert doomed.code() == -9
    for upload in taken:
        end(servers[0], upload)
    assert n_points(fleet, collection) == 3 * len(taken)


def n_open(server: Server, collection: str) -> int:
    return len([job for job in server.client.all_jobs(collection) if job.state != "done"])


@pytest.mark.faults(
    "SIGKILL of one of two servers",
    result="the other one answers and takes documents in; back again, the first knows them",
)
def test_when_a_server_is_killed_the_other_goes_on(
    servers: tuple[Server, Server], collection: str
) -> None:
    one, other = servers
    index(one, collection, "heron")

    one.kill()

    assert found(other, collection, "heron") == ["heron.pdf"] * 2
    index(other, collection, "coot")
    one.start()
    one.wait_until_ready()
    assert found(one, collection, "coot")[0] == "coot.pdf"


def test_servers_are_restarted_one_after_the_other_and_nobody_notices(
    servers: tuple[Server, Server], collection: str
) -> None:
    index(servers[0], collection, *BIRDS[:6])
    ended = Event()

    with ThreadPoolExecutor(3) as pool:
        callers = [pool.submit(ask_until, ended, servers, collection, n) for n in range(3)]
        for server in servers:
            server.end()
            server.start()
            server.wait_until_ready()
        ended.set()

    n_answers = Counter[str]()
    for caller in callers:
        n_answers.update(caller.result())
    assert set(n_answers) == {"right"}
    assert n_answers["right"] > 10


def ask_until(
    ended: Event, servers: tuple[Server, Server], collection: str, seed: int
) -> Counter[str]:
    """Ask whichever server answers, as a balancer does; tell how often that was right."""
    told, dice = Counter[str](), Random(seed)  # noqa: S311  nothing secret
    while not ended.is_set():
        bird = dice.choice(BIRDS[:6])
        told[outcome(dice.sample(servers, 2), collection, bird)] += 1
    return told


def outcome(servers: list[Server], collection: str, bird: str) -> str:
    for server in servers:
        try:
            best = server.client.search(collection, question(bird)).hits[0]
        except (Unavailable, RemoteUnavailable):
            continue
        return "right" if best.name == f"{bird}.pdf" else "wrong"
    return "unanswered"


def test_a_new_server_without_renderer_and_ocr_answers_like_the_others(
    fleet: Fleet, servers: tuple[Server, Server], collection: str, tmp_path: Path
) -> None:
    index(servers[0], collection, *BIRDS[:6])
    bare = fleet.server("bare", PATH=str(tmp_path))
    assert shutil.which("tesseract", path=str(tmp_path)) is None

    bare.start()
    bare.wait_until_ready()

    for bird in BIRDS[:6]:
        told = {as_told(s.client.search(collection, question(bird))) for s in (servers[0], bare)}
        assert len(told) == 1
    asked = {as_told(s.client.ask(collection, question("coot"))) for s in (servers[0], bare)}
    assert len(asked) == 1
    bare.end()


@pytest.mark.faults(
    "SIGKILL of a fleet's vector store",
    result="searches are refused with 503 `vector_store_unavailable`; uploads wait",
)
def test_while_the_vector_store_is_away_searches_fail_and_uploads_wait(
    fleet: Fleet, servers: tuple[Server, Server], collection: str
) -> None:
    one, other = servers
    index(one, collection, "heron")
    fleet.vectors.kill()

    with pytest.raises(RemoteUnavailable) as refused:
        other.client.search(collection, question("heron"))
    waiting = hand_in(one, collection, "coot")
    fleet.vectors.start()

    assert refused.value.code == "vector_store_unavailable"
    end(one, waiting)
    assert found(other, collection, "heron")[0] == "heron.pdf"
    assert found(other, collection, "coot")[0] == "coot.pdf"


def test_the_vector_store_finds_as_scorer_what_the_servers_find(
    fleet: Fleet, servers: tuple[Server, Server]
) -> None:
    scorer = fleet.server("scorer", PAGESIGHT_SCORER="qdrant")
    scorer.start()
    scorer.wait_until_ready()
    scorer.client.create_collection("pooled")
    index(scorer, "pooled", *BIRDS[:6])

    for bird in BIRDS[:6]:
        told = {as_told(s.client.search("pooled", question(bird))) for s in (servers[0], scorer)}
        assert len(told) == 1
    scorer.end()
