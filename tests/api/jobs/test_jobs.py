"""Jobs over REST: listed, followed, cancelled, tried again."""

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.app import create_app
from api.client.desk import RemoteDesk
from api.client.synchronous import PagesightClient
from api.jobs.events import job_events
from api.jobs.watching import JobWatch
from api.service import Service
from index.catalog.database import Database
from index.catalog.entries import Job
from index.errors import JobNotFound, PagesightError, Unavailable
from tests.serving import served
from tests.tiny import HashedWords, pdf, wait_for

ROOT = Path(__file__).parents[3]
JOBS = "/v1/collections/default/jobs"
INDEXES_ELSEWHERE = """
import sys
from uuid import UUID
from index.catalog.database import Database
from index.catalog.entries import StoredPage
from index.catalog.jobs import JobLedger
from index.catalog.catalog import Catalog

database = Database(sys.argv[1])
ledger = JobLedger(database.engine)
job = ledger.start(UUID(sys.argv[2]))
for n in (1, 2):
    Catalog(database.engine).put_pages(job.generation, [StoredPage(n, n_words=n, engine="pdfium")])
    ledger.progress(job, stage="reading", pages_done=n, pages_total=2)
store = Catalog(database.engine).collection(job.collection).store
assert ledger.publish(job, n_pages=2, store=store)
database.close()
"""


@pytest.fixture
def idle(service: Service) -> Iterator[httpx.Client]:
    """A client of a server that indexes nothing itself."""
    with (
        served(create_app(service, work=False)) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):
        service.create_collection("default")
        yield client


def upload(service: Service, *pages: str, name: str = "report.pdf") -> Job:
    _, job = service.upload("default", name, [pdf(*pages)], {})
    assert job is not None
    return job


def work(service: Service, job: Job) -> None:
    service.indexer.run(job.id)


@contextmanager
def following(client: httpx.Client, job: UUID, after: int = 0) -> Iterator[Iterator[Any]]:
    """The events of a job as (name, id, data)."""
    headers = {"Last-Event-ID": str(after)} if after else {}
    with client.stream("GET", f"/v1/jobs/{job}/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, str, Any]]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        fields[name] = value
        if not line and "event" in fields:
            yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
            fields = {}


def told(events: Iterator[tuple[str, str, Any]]) -> list[tuple[str, str]]:
    return [(name, place) for name, place, _ in events]


def test_jobs_are_listed_with_a_cursor_and_by_state(idle: httpx.Client, service: Service) -> None:
    first = upload(service, "heron")
    second = upload(service, "otter", name="otters.pdf")
    service.ledger.cancel(first)

    begin = idle.get(JOBS, params={"limit": 1}).json()
    rest = idle.get(JOBS, params={"cursor": begin["next"]}).json()
    cancelled = idle.get(JOBS, params={"state": "cancelled"}).json()

    assert [job["id"] for job in begin["jobs"] + rest["jobs"]] == [str(second.id), str(first.id)]
    assert rest["next"] is None
    assert [job["id"] for job in cancelled["jobs"]] == [str(first.id)]


def test_what_became_of_each_page_is_told(idle: httpx.Client, service: Service) -> None:
    _, job = service.upload("default", "r.pdf", [pdf("a heron", "thin", strips=[2])], {})
    assert job is not None
    before = idle.get(f"/v1/jobs/{job.id}/pages").json()
    work(service, job)

    good, bad = idle.get(f"/v1/jobs/{job.id}/pages").json()["pages"]

    assert before == {"pages": []}
    assert (good["page"], good["state"], good["n_words"], good["n_rows"]) == (1, "ready", 2, 2)
    assert (good["word_source"], good["engine"], good["error"]) == ("text_layer", "pdfium", None)
    assert (bad["page"], bad["state"], bad["error"]["code"]) == (2, "failed", "page_too_large")


def test_a_job_is_followed_while_another_process_runs_it(
    idle: httpx.Client, service: Service, database: Database
) -> None:
    job = upload(service, "heron", "otter")
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", INDEXES_ELSEWHERE, url, str(job.id)]

    with following(idle, job.id) as events:
        name, _, first = next(events)
        subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603  our own script
        others = list(events)

    assert (name, first["state"]) == ("job", "queued")
    pages = [(place, body["n_words"]) for name, place, body in others if name == "page"]
    assert pages == [("1", 1), ("2", 2)]
    name, _, last = others[-1]
    assert (name, last["state"], last["pages_done"]) == ("done", "done", 2)


def test_one_who_comes_back_gets_the_pages_behind_the_last_one(
    idle: httpx.Client, service: Service
) -> None:
    job = upload(service, "heron", "otter", "swan")
    work(service, job)

    with following(idle, job.id) as whole, following(idle, job.id, after=2) as rest:
        assert told(whole) == [("page", "1"), ("page", "2"), ("page", "3"), ("done", "")]
        assert told(rest) == [("page", "3"), ("done", "")]


def test_a_watcher_who_leaves_is_watched_for_no_longer(service: Service) -> None:
    app = create_app(service, work=False)
    service.create_collection("default")
    job = upload(service, "heron")

    with served(app) as url, httpx.Client(base_url=url, timeout=30) as client:
        with following(client, job.id) as events:
            assert next(events)[0] == "job"
            assert app.state.watch.n_watchers == 1
        wait_for(lambda: app.state.watch.n_watchers == 0)


def test_a_job_that_goes_with_its_collection_ends_the_stream_with_an_error(
    idle: httpx.Client, service: Service
) -> None:
    job = upload(service, "heron")

    with following(idle, job.id) as events:
        assert next(events)[0] == "job"
        service.delete_collection("default")
        name, _, problem = next(events)

    assert (name, problem["code"]) == ("error", "job_not_found")


@pytest.mark.parametrize("ending", ["", "/pages", "/events"])
def test_a_job_that_is_not_there_is_a_problem(idle: httpx.Client, ending: str) -> None:
    for job in (str(uuid4()), "none"):
        answered = idle.get(f"/v1/jobs/{job}{ending}")
        assert answered.status_code == 404
        assert answered.headers["content-type"] == "application/problem+json"


def test_a_place_that_is_no_page_is_refused(idle: httpx.Client, service: Service) -> None:
    job = upload(service, "heron")
    for place in ("-1", "x", str(2**31)):
        answered = idle.get(f"/v1/jobs/{job.id}/events", headers={"Last-Event-ID": place})
        assert answered.status_code == 422


def test_a_queued_job_is_cancelled_and_tried_again(idle: httpx.Client, service: Service) -> None:
    job = upload(service, "heron")

    cancelled = idle.post(f"/v1/jobs/{job.id}/cancel")
    twice = idle.post(f"/v1/jobs/{job.id}/cancel")
    work(service, job)
    again = idle.post(f"/v1/jobs/{job.id}/retry")
    early = idle.post(f"/v1/jobs/{again.json()['id']}/retry")

    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert (twice.status_code, twice.json()["code"]) == (409, "job_not_open")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert (early.status_code, early.json()["code"]) == (409, "job_not_retryable")
    service.worker.run_until_empty()
    document = service.catalog.document("default", job.document)
    assert (document.state, document.n_pages) == ("ready", 1)


def test_a_cancel_wins_over_the_worker_that_runs_the_job(
    idle: httpx.Client, service: Service, encoder: HashedWords
) -> None:
    reached, go_on = threading.Event(), threading.Event()

    def wait(_: int) -> None:
        reached.set()
        go_on.wait(20)

    encoder.before_pages = wait
    job = upload(service, "heron")
    working = threading.Thread(target=work, args=(service, job))
    working.start()
    assert reached.wait(20)

    cancelled = idle.post(f"/v1/jobs/{job.id}/cancel").json()
    go_on.set()
    working.join()

    assert cancelled["state"] == "cancelled"
    assert service.ledger.job(job.id).state == "cancelled"
    assert service.catalog.document("default", job.document).state == "cancelled"
    search = idle.post("/v1/collections/default/search", json={"query": "heron"}).json()
    assert search["hits"] == []


def test_a_cancelled_replacement_leaves_what_was_searchable(
    idle: httpx.Client, service: Service
) -> None:
    old = upload(service, "heron")
    work(service, old)
    files = {"file": ("new.pdf", pdf("otter"))}
    new = idle.put(f"/v1/collections/default/documents/{old.document}", files=files).json()["job"]

    idle.post(f"/v1/jobs/{new['id']}/cancel")

    shown = idle.get(f"/v1/collections/default/documents/{old.document}").json()
    assert (shown["state"], shown["name"], shown["error"]) == ("ready", "report.pdf", None)
    again = idle.post(f"/v1/jobs/{new['id']}/retry").json()
    service.worker.run_until_empty()
    assert idle.get(f"/v1/jobs/{again['id']}").json()["state"] == "done"
    shown = idle.get(f"/v1/collections/default/documents/{old.document}").json()
    assert (shown["state"], shown["name"]) == ("ready", "new.pdf")


def test_a_far_desk_does_with_jobs_what_a_near_one_does(
    idle: httpx.Client, service: Service
) -> None:
    remote = RemoteDesk(PagesightClient(http=idle))
    job = upload(service, "heron")

    listed = remote.jobs("default", state="queued", limit=5, cursor=None)
    cancelled = remote.cancel_job(str(job.id))
    again = remote.retry_job(str(job.id))

    assert [one.id for one in listed.jobs] == [str(job.id)]
    assert (cancelled.state, again.state) == ("cancelled", "queued")
    service.worker.run_until_empty()
    assert [page.page for page in remote.job_pages(again.id).pages] == [1]


def test_one_look_serves_a_hundred_watchers(service: Service) -> None:
    service.create_collection("default")
    job = upload(service, "heron")
    looks: list[int] = []

    def look(wanted: Any) -> dict[UUID, Job]:
        looks.append(len(wanted))
        return service.ledger.look(wanted)

    async def watch() -> list[str]:
        watching = JobWatch(look, fastest_s=0.01)
        streams = [job_events(watching, service.catalog, job.id) for _ in range(100)]
        first = await asyncio.gather(*(anext(stream) for stream in streams))
        for stream in streams:
            await stream.aclose()
        await watching.end()
        return [event.name for event in first]

    assert asyncio.run(watch()) == ["job"] * 100
    assert max(looks) == 1
    assert len(looks) < 20


@pytest.mark.parametrize("why", [Unavailable("the database does not answer"), None])
def test_watchers_are_sent_away_with_a_reason(why: PagesightError | None) -> None:
    def look(_: Any) -> dict[UUID, Job]:
        if why is not None:
            raise why
        return {}

    async def watch() -> None:
        async for _ in JobWatch(look).changes(uuid4()):
            pass

    with pytest.raises(type(why) if why else JobNotFound):
        asyncio.run(watch())


def test_a_server_that_stops_sends_its_watchers_away(service: Service) -> None:
    service.create_collection("default")
    job = upload(service, "heron")

    async def watch() -> list[str]:
        watching = JobWatch(service.ledger.look)
        names: list[str] = []
        try:
            async for seen in watching.changes(job.id):
                names.append(seen.state)
                watching.close()
        except Unavailable as error:
            names.append(error.code)
        with pytest.raises(Unavailable):
            await anext(watching.changes(job.id))
        await watching.end()
        return names

    assert asyncio.run(watch()) == ["queued", "unavailable"]


def test_a_server_that_ends_waits_for_its_look_at_the_jobs(service: Service) -> None:
    looks, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def look(_: object) -> dict[UUID, Job]:
        looks.set()
        may_end.wait(30)
        ended.set()
        return {}

    async def live() -> None:
        app = create_app(service, work=False)
        app.state.watch = watching = JobWatch(look)
        async with app.router.lifespan_context(app):
            coming = asyncio.ensure_future(anext(watching.changes(uuid4())))
            await asyncio.to_thread(looks.wait, 30)
            threading.Timer(1, may_end.set).start()
        assert ended.is_set()
        with pytest.raises(Unavailable):
            await coming

    asyncio.run(live())
