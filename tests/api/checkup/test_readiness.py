import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.checkup.encoder_proof import check_encoder
from api.checkup.readiness import Remembered
from api.service import Service
from index.errors import EncoderUnavailable
from index.records import Question
from tests.serving import HERE
from tests.tiny import HashedWords, wait_for


class FailingWords(HashedWords):
    """An encoder whose server has gone away."""

    def encode_question(self, text: str) -> Question:  # noqa: ARG002
        raise EncoderUnavailable("the encoder's server does not answer")


class NoWords(HashedWords):
    """An encoder that finds nothing to encode."""

    def encode_question(self, text: str) -> Question:  # noqa: ARG002
        return super().encode_question("")


def test_a_look_holds_for_a_while() -> None:
    now, looks = [0.0], []

    def look() -> int:
        looks.append(now[0])
        return len(looks)

    seen = Remembered(look, for_s=2, meanwhile=0, clock=lambda: now[0])
    found = []
    for moment in (0.0, 1.9, 2.0, 3.9, 4.1):
        now[0] = moment
        found.append(seen())

    assert found == [1, 1, 2, 2, 3]
    assert looks == [0.0, 2.0, 4.1]


def test_nobody_waits_for_a_look_that_another_takes() -> None:
    now, may_look = [0.0], threading.Event()
    seen = Remembered(lambda: may_look.wait(10), for_s=2, meanwhile=None, clock=lambda: now[0])
    with ThreadPoolExecutor(1) as threads:
        looking = threads.submit(seen)
        wait_for(looking.running)
        assert seen() is None
        may_look.set()
        assert looking.result()
        may_look.clear()
        now[0] = 3.0
        again = threads.submit(seen)
        wait_for(again.running)
        assert seen() is True
        now[0] = 30.0
        assert seen() is None
        may_look.set()


def test_a_look_that_hangs_is_waited_for_a_moment_only() -> None:
    may_end = threading.Event()
    seen = Remembered(lambda: may_end.wait(10), for_s=0, meanwhile=None, look_s=0.05)
    assert seen() is None
    may_end.set()
    wait_for(lambda: seen() is True)


def test_a_look_that_fails_fails_for_who_asked_and_is_taken_again() -> None:
    found = iter([False, True])

    def look() -> bool:
        if not next(found):
            raise ValueError("nobody foresaw this")
        return True

    seen = Remembered(look, for_s=2, meanwhile=False)
    with pytest.raises(ValueError, match="foresaw"):
        seen()
    assert seen()


def test_the_encoder_is_made_to_encode(service: Service) -> None:
    found = check_encoder(service)

    assert found.ok
    assert found.detail == "hashed-words 1, 5 rows of 32"


def test_an_encoder_without_rows_is_no_proof(service: Service) -> None:
    service.shelf.put(NoWords())

    found = check_encoder(service)
    assert (found.ok, found.detail) == (False, "hashed-words 1, 0 rows of 32")


def test_a_service_whose_encoder_does_not_answer_is_not_ready(service: Service) -> None:
    service.shelf.put(FailingWords())
    with TestClient(create_app(service, work=False), base_url=HERE) as client:
        answered = client.get("/readyz")
        alive = client.get("/livez")

    assert answered.status_code == 503
    failed = [check for check in answered.json()["checks"] if not check["ok"]]
    assert [check["name"] for check in failed] == ["encoder"]
    assert failed[0]["detail"] == "the encoder's server does not answer"
    assert alive.status_code == 204


def test_a_service_on_a_full_disk_is_not_ready(service: Service) -> None:
    service.settings.min_free_bytes = 2**62
    with TestClient(create_app(service, work=False), base_url=HERE) as client:
        answered = client.get("/readyz")

    assert answered.status_code == 503
    assert [check["name"] for check in answered.json()["checks"] if not check["ok"]] == ["disk"]


def test_a_service_that_is_told_to_stop_serves_and_is_not_ready(service: Service) -> None:
    app = create_app(service, work=False)
    with TestClient(app, base_url=HERE) as client:
        assert client.get("/readyz").status_code == 200
        app.state.ready.end()
        told = client.get("/readyz")
        served = client.get("/v1/collections")

    assert told.status_code == 503
    assert [check["name"] for check in told.json()["checks"] if not check["ok"]] == ["stopping"]
    assert served.status_code == 200
    assert served.headers["connection"] == "close"
