"""`pagesight encoder` in processes of its own, and a service that has no model of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from click.testing import CliRunner

from api.cli import pagesight
from api.service import Service
from index.catalog.database import Database
from index.encoders.minilm import MiniLmEncoder
from index.encoders.service.encoder import ServedEncoder
from retrieval.hits import SearchQuery
from tests.tiny import index, pdf, settings

ROOT = Path(__file__).parents[3]
KEY = "between-us"


class Running:
    """A process of the service."""

    def __init__(self, folder: Path) -> None:
        others = {name: value for name, value in os.environ.items() if "PAGESIGHT" not in name}  # noqa: TID251
        self.process = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "api.cli", "encoder", "--port", "0", "--data", str(folder)],
            env=others
            | {
                "PYTHONPATH": str(ROOT),
                "PAGESIGHT_ENCODER_KEY": KEY,
                "PAGESIGHT_ENCODER_THREADS": "1",
                "PAGESIGHT_DRAIN_S": "0",
                "PAGESIGHT_ENCODER_URL": "pagesight+http://127.0.0.1:9",  # it is the encoder
            },
            stderr=subprocess.PIPE,
            text=True,
        )

    @cached_property
    def address(self) -> str:
        """Where it is, once it is there."""
        assert self.process.stderr is not None
        told = iter(self.process.stderr.readline, "")
        said = next(line for line in told if "PAGESIGHT_ENCODER_URL=" in line)
        return said.strip().partition("PAGESIGHT_ENCODER_URL=")[2]

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.process.wait()


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    started = Running(folder)
    try:
        yield started
    finally:
        with started.process as process:
            process.kill()


def test_a_fleet_goes_on_when_one_of_two_encoders_dies_and_its_rows_are_the_same(
    database: Database, tmp_path: Path
) -> None:
    with running(tmp_path / "one") as one, running(tmp_path / "two") as two:
        chosen = settings(
            tmp_path / "data",
            database_url=database.engine.url.render_as_string(hide_password=False),
            encoder_url=f"{one.address},{two.address}",
            encoder_key=KEY,
        )
        service = Service.build(chosen)
        encoder = service.shelf.of(service.create_collection("default").manifest)
        index(service, "dams.pdf", pdf("The dam is twelve metres tall"))
        killed = one.end(signal.SIGKILL)
        index(service, "birds.pdf", pdf("Herons nest on the island"))
        found = [
            service.search("default", SearchQuery(asked)).hits[0].name
            for asked in ("How tall is the dam?", "Where do herons nest?")
        ]
        asked = encoder.encode_question("How tall is the dam?")
        ended = two.end(signal.SIGTERM)
        service.close()

    here = MiniLmEncoder.open()
    assert isinstance(encoder, ServedEncoder)
    assert (killed, ended) == (-signal.SIGKILL, 0)
    assert found == ["dams.pdf", "birds.pdf"]
    assert encoder.pin == here.pin
    assert asked.vectors.tobytes() == here.encode_question(asked.text).vectors.tobytes()


def test_without_a_key_the_encoder_is_served_to_this_machine_alone(data_folder: Path) -> None:
    asked = ["encoder", "--host", "0.0.0.0", "--data", str(data_folder)]  # noqa: S104  refused
    done = CliRunner().invoke(pagesight, asked, env={"PAGESIGHT_ENCODER_KEY": ""})

    assert done.exit_code == 1
    assert "PAGESIGHT_ENCODER_KEY" in done.output


def test_an_encoder_that_nobody_knows_is_not_served(data_folder: Path) -> None:
    asked = ["encoder", "--encoder", "no/such", "--port", "0", "--data", str(data_folder)]
    done = CliRunner().invoke(pagesight, asked)

    assert done.exit_code == 1
    assert "no registered model 'no/such'" in done.output
