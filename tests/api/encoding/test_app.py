"""The encoder service over HTTP, and the encoder that asks it."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx
import pytest

from api.encoding.app import MAX_BYTES, create_encoder_app
from api.encoding.routes import EncoderRoutes
from api.telemetry.metrics import Metrics
from api.telemetry.telemetry import Telemetry
from api.telemetry.traces import Traces
from index.encoders.base import PageContent
from index.encoders.minilm import MiniLmEncoder
from index.encoders.service import wire
from index.encoders.service.encoder import ServedEncoder, find_served
from index.encoders.service.servers import Servers
from index.errors import EncoderUnavailable, InvalidRequest, ManifestMismatch, ModelRejected
from index.records import Box, PageWords, Word
from tests.encoding import application, asking, assert_same
from tests.serving import served
from tests.tiny import HashedWords, wait_for

TEXT = "The dam at Osby is twelve metres tall and holds 2,509 litres"


def page(text: str) -> PageContent:
    words = tuple(
        Word(word, Box(n / 100, 0.1, n / 100 + 0.007, 0.2), 0)
        for n, word in enumerate(text.split())
    )
    return PageContent(wire.BLANK, PageWords(words, "text_layer"))


def test_the_encoder_that_ships_gives_the_same_bytes_through_the_service() -> None:
    here = MiniLmEncoder.open()
    pages = [page(TEXT), page(""), page("Der Deich hält das Wasser " * 90)]
    with served(application(here)) as url, closing(Servers([url])) as servers:
        told = find_served("all-MiniLM-L6-v2", None, servers)
        assert told is not None
        there = ServedEncoder.open(told, servers)
        found, wanted = there.encode_pages(pages), here.encode_pages(pages)
        asked, known = there.encode_question(TEXT), here.encode_question(TEXT)
        context = there.encode_context(pages[0].words)

    assert (there.pin, there.rows) == (here.pin, here.rows)
    for one, other in zip(found, wanted, strict=True):
        assert_same(one, other)
    assert_same(context, here.encode_context(pages[0].words))
    assert (asked.text, asked.tokens) == (known.text, known.tokens)
    assert asked.vectors.tobytes() == known.vectors.tobytes()
    assert asked.weights.tobytes() == known.weights.tobytes()


def test_an_encoder_of_another_revision_never_answers() -> None:
    old, new = HashedWords(revision="1"), HashedWords(revision="2")
    with (
        served(application(new)) as url,
        asking(url, encoder=old) as asked,
        pytest.raises(ManifestMismatch, match="hashed-words 2"),
    ):
        asked.encode_question("dam")


def test_of_two_servers_the_one_with_the_same_encoder_answers_all() -> None:
    old, new = HashedWords(revision="1"), HashedWords(revision="2")
    with (
        served(application(new)) as wrong,
        served(application(old)) as right,
        asking(wrong, right, encoder=old) as asked,
    ):
        found = [asked.encode_question("dam") for _ in range(4)]

    assert {one.vectors.tobytes() for one in found} == {
        old.encode_question("dam").vectors.tobytes()
    }


def test_servers_that_call_different_models_alike_are_refused() -> None:
    with (
        served(application(HashedWords(revision="1"))) as one,
        served(application(HashedWords(revision="2"))) as other,
        closing(Servers([one, other])) as servers,
        pytest.raises(EncoderUnavailable, match="different encoders hashed-words"),
    ):
        find_served("hashed-words", None, servers)


def test_a_server_that_stops_is_replaced_by_another_in_the_middle_of_the_work() -> None:
    encoder = HashedWords()
    with served(application(encoder)) as stays:
        with served(application(encoder)) as goes:
            asked = ServedEncoder(wire.Described.of(encoder), Servers([goes, stays]))
            asked.encode_pages([page(TEXT)])
        with closing(asked):
            found = [asked.encode_pages([page(TEXT)])[0] for _ in range(4)]

    for rows in found:
        assert_same(rows, encoder.encode_pages([page(TEXT)])[0])


def test_without_the_key_nothing_is_told() -> None:
    with served(application(HashedWords(), key="secret")) as url:
        refused = [
            httpx.request(method, f"{url}{path}", headers={"Authorization": f"Bearer {key}"})
            for method, path in (
                ("GET", "/encoder"),
                ("POST", "/encoder/pages"),
                ("GET", "/metrics"),
            )
            for key in ("none", "secreT")
        ]
        open_to_all = [httpx.get(f"{url}{path}").status_code for path in ("/livez", "/readyz")]
        with asking(url, encoder=HashedWords(), key="secret") as asked:
            n_rows = len(asked.encode_question("dam").vectors)

    assert {response.status_code for response in refused} == {401}
    assert open_to_all == [204, 204]
    assert n_rows == 1


def test_a_wrong_key_is_told_at_once() -> None:
    with (
        served(application(HashedWords(), key="secret")) as url,
        asking(url, encoder=HashedWords(), key="other") as asked,
        pytest.raises(EncoderUnavailable, match="PAGESIGHT_ENCODER_KEY"),
    ):
        asked.encode_question("dam")


def test_a_question_passes_the_pages_that_wait() -> None:
    hold = threading.Event()
    encoder = HashedWords(before_pages=lambda _: hold.wait(30))
    app = application(encoder)
    with served(app) as url, asking(url, encoder=encoder) as asked, ThreadPoolExecutor(20) as pool:
        pages = [pool.submit(asked.encode_pages, [page(TEXT)]) for _ in range(20)]
        wait_for(
            lambda: 'pagesight_turns_waiting{kind="page"} 12.0' in httpx.get(f"{url}/metrics").text
        )
        answered = asked.encode_question("dam")
        are_waiting = not any(one.done() for one in pages)
        hold.set()
        found = [one.result() for one in pages]

    assert len(answered.vectors) == 1
    assert are_waiting
    assert len(found) == 20


def test_a_full_line_sends_callers_away_who_come_again_until_there_is_room() -> None:
    hold = threading.Event()
    encoder = HashedWords(before_pages=lambda _: hold.wait(30))
    with (
        served(application(encoder, n_waiting=0)) as url,
        asking(url, encoder=encoder) as asked,
        ThreadPoolExecutor(12) as pool,
    ):
        pages = [pool.submit(asked.encode_pages, [page(TEXT)]) for _ in range(12)]
        sent_away = 'route="/encoder/pages",status="503"'
        wait_for(lambda: sent_away in httpx.get(f"{url}/metrics").text)
        body = wire.pack_pages([page(TEXT)], "text")
        tag = {"If-Match": wire.Described.of(encoder).tag}
        refused = httpx.post(f"{url}/encoder/pages", content=body, headers=tag)
        hold.set()
        found = [one.result() for one in pages]

    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["code"] == "overloaded"
    assert len(found) == 12


def test_what_the_encoder_refuses_is_told_as_it_is() -> None:
    def refuse(_: int) -> None:
        raise ModelRejected("rows that are not finite")

    encoder = HashedWords(before_pages=refuse)
    with served(application(encoder)) as url, asking(url, encoder=encoder) as asked:
        with pytest.raises(ModelRejected, match="rows that are not finite"):
            asked.encode_pages([page(TEXT)])
        with pytest.raises(InvalidRequest, match="empty"):
            asked.encode_question("  ")


def test_a_message_that_is_none_is_refused() -> None:
    encoder = HashedWords()
    tag = {"If-Match": wire.Described.of(encoder).tag}
    with served(application(encoder)) as url:
        found = httpx.post(f"{url}/encoder/pages", content=b"pickle", headers=tag)
        no_text = httpx.post(f"{url}/encoder/question", content=b"\xff", headers=tag)

    assert (found.status_code, found.json()["code"]) == (422, "invalid_request")
    assert (no_text.status_code, no_text.json()["code"]) == (422, "invalid_request")


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_request_that_is_too_long_is_refused(is_declared: bool) -> None:  # noqa: FBT001
    encoder = HashedWords()
    headers = {"If-Match": wire.Described.of(encoder).tag}

    def parts() -> Iterator[bytes]:
        yield from (bytes(1 << 20) for _ in range((MAX_BYTES >> 20) + 1))

    with served(application(encoder)) as url:
        body: Any = bytes(MAX_BYTES + 1) if is_declared else parts()
        answered = httpx.post(f"{url}/encoder/pages", content=body, headers=headers)

    assert (answered.status_code, answered.json()["code"]) == (413, "too_large")


def test_a_service_that_is_about_to_stop_is_not_ready() -> None:
    metrics = Metrics()
    routes = EncoderRoutes(HashedWords(), metrics)
    app = create_encoder_app(routes, Telemetry(metrics, Traces.open(None)))
    with served(app) as url:
        routes.end()
        answered = httpx.get(f"{url}/readyz")

    assert (answered.status_code, answered.headers["connection"]) == (503, "close")
