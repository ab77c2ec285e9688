"""What has to hold after every fault, asked of a server over REST.

Every document that was accepted ends, within a bounded time; the question for a page's own word
finds that page first; and what is gone is in no read.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import httpx

from tests.faults.canaries import Canary
from tests.faults.processes import Server

ENDS_S = 120.0
POLL_S = 0.1
CHECKUPS = "/v1/checkups"
ENDED = ("ready", "failed", "cancelled")
DOCUMENTS = "/v1/collections/default/documents"
JOBS = "/v1/collections/default/jobs"
SEARCH = "/v1/collections/default/search"
ANSWERS = "/v1/collections/default/answers"


@dataclass
class Ledger:
    """What a test handed in, by the id of the document.

    Attributes:
        accepted: what has to end, and is found when it is ready.
        gone: what no read may show any more.
    """

    accepted: dict[str, Canary] = field(default_factory=dict)
    gone: dict[str, Canary] = field(default_factory=dict)

    def hand_in(self, http: httpx.Client, canary: Canary) -> str:
        """Upload a document that the server has to take; returns its id."""
        taken = upload(http, canary).raise_for_status().json()["document"]["id"]
        self.accepted[taken] = canary
        return str(taken)

    def delete(self, http: httpx.Client, document: str) -> None:
        """Delete a document."""
        http.delete(f"{DOCUMENTS}/{document}").raise_for_status()
        self.gone[document] = self.accepted.pop(document)

    def check(self, http: httpx.Client, *, but: Mapping[str, str] | None = None) -> None:
        """Check everything.

        Args:
            http: of the server.
            but: the documents that are to end otherwise than ready, and how: `failed`, or the
                code of the failure.
        """
        otherwise = but or {}
        ended = wait_until_ended(http, self.accepted)
        wait_until_idle(http)
        states = {one: _state(ended[one], otherwise.get(one)) for one in self.accepted}
        assert states == {one: otherwise.get(one, "ready") for one in self.accepted}
        for document, canary in self.accepted.items():
            look = check_unseen if document in otherwise else check_found
            look(http, document, canary)
        for document, canary in self.gone.items():
            check_gone(http, document, canary)
        assert_no_duplicates(http, self.accepted)
        assert_nothing_strays(http)


def begun(started: Server) -> Ledger:
    """Start a server and hand a first document in, which is found."""
    started.start()
    make_collection(started.http)
    ledger = Ledger()
    ledger.hand_in(started.http, Canary(0, 2))
    ledger.check(started.http)
    return ledger


def make_collection(http: httpx.Client) -> None:
    """Make the collection that everything goes into."""
    http.post("/v1/collections", json={"name": "default"}).raise_for_status()


def upload(http: httpx.Client, canary: Canary) -> httpx.Response:
    """Hand a document in, whatever comes of it."""
    return http.post(DOCUMENTS, files={"file": (canary.name, canary.content)})


def documents(http: httpx.Client) -> list[dict[str, Any]]:
    """Every document of the collection."""
    listed = http.get(DOCUMENTS, params={"limit": 1000}).raise_for_status().json()
    assert listed["next"] is None
    return list(listed["documents"])


def search(http: httpx.Client, words: str, *, limit: int = 5) -> list[dict[str, Any]]:
    """The pages that a question finds."""
    asked = {"query": words, "limit": limit}
    return list(http.post(SEARCH, json=asked).raise_for_status().json()["hits"])


def wait_until_ended(
    http: httpx.Client, wanted: Collection[str], *, at_most_s: float = ENDS_S
) -> dict[str, dict[str, Any]]:
    """Wait until documents have ended, and return them all by id."""
    end = monotonic() + at_most_s
    while True:
        listed = documents(http)
        found = {one["id"]: one for one in listed}
        assert len(found) == len(listed), "a document is listed twice"
        assert set(wanted) <= set(found), "an accepted document is not listed"
        if all(found[one]["state"] in ENDED for one in wanted):
            return found
        assert monotonic() < end, f"not ended: {[found[one] for one in wanted]}"
        sleep(POLL_S)


def wait_until_idle(http: httpx.Client, *, at_most_s: float = ENDS_S) -> None:
    """Wait until no job is open: a replacement's document is ready all the while."""
    end = monotonic() + at_most_s
    while left := [*_jobs(http, "queued"), *_jobs(http, "running")]:
        assert monotonic() < end, f"still open: {left}"
        sleep(POLL_S)


def _jobs(http: httpx.Client, state: str) -> list[dict[str, Any]]:
    listed = http.get(JOBS, params={"state": state}).raise_for_status().json()
    return list(listed["jobs"])


def check_found(http: httpx.Client, document: str, canary: Canary) -> None:
    """Check that a document has its pages, and that each is what its own word finds first."""
    assert http.get(f"{DOCUMENTS}/{document}").raise_for_status().json()["pages"] == canary.n_pages
    for number, word in enumerate(canary.words, 1):
        first = search(http, word)[0]
        assert (first["document"], first["page"]) == (document, number), f"{word} found {first}"
        assert http.get(f"{DOCUMENTS}/{document}/pages/{number}/image").status_code == 200


def check_unseen(http: httpx.Client, document: str, canary: Canary) -> None:
    """Check that nothing of a document is shown but that it is there."""
    for number, word in enumerate(canary.words, 1):
        assert document not in {hit["document"] for hit in search(http, word, limit=100)}
        assert http.get(f"{DOCUMENTS}/{document}/pages/{number}/image").status_code == 404
    asked = {"query": f"Who wrote {canary.words[0]}?"}
    answer = http.post(ANSWERS, json=asked).raise_for_status().json()
    assert document not in {one["document"] for one in answer["citations"]}


def check_gone(http: httpx.Client, document: str, canary: Canary) -> None:
    """Check that no read knows a document."""
    check_unseen(http, document, canary)
    assert http.get(f"{DOCUMENTS}/{document}").status_code == 404
    assert document not in {one["id"] for one in documents(http)}


def assert_no_duplicates(http: httpx.Client, accepted: Mapping[str, Canary]) -> None:
    """Check that a question that every page fits finds none of them twice, and no other page."""
    hits = search(http, "Who wrote into the book of the island?", limit=100)
    found = Counter((hit["document"], hit["page"]) for hit in hits)
    assert max(found.values(), default=1) == 1, f"found twice: {found}"
    known = {(one, n) for one, canary in accepted.items() for n in range(1, canary.n_pages + 1)}
    assert set(found) <= known, f"pages of nothing: {set(found) - known}"


def assert_nothing_strays(http: httpx.Client, *, at_most_s: float = ENDS_S) -> None:
    """Check, as `pagesight doctor --deep` does, that all that is kept is whole and belongs to it.

    Every page has its point with finite unit rows, every reference its bytes with the right hash;
    no point, file or store is there that nobody refers to; no open job that nobody wakes. What is
    dead has a moment to be collected.
    """
    end = monotonic() + at_most_s
    while "event: finding" in (told := checkup(http)):
        assert monotonic() < end, told
        sleep(POLL_S)
    assert "event: done" in told


def checkup(http: httpx.Client) -> str:
    """Have everything that is kept looked at; returns the events that tell of it."""
    return http.post(CHECKUPS, json={"grace_s": 0}).raise_for_status().text


def _state(found: Mapping[str, Any], wanted: str | None) -> str:
    """The document's state, or the code of its failure where that is what is wanted."""
    if wanted is None or wanted in ENDED:
        return str(found["state"])
    return str((found["error"] or {"code": found["state"]})["code"])
