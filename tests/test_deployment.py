"""`pagesight serve` as docker-compose.yml starts it, on a real PostgreSQL and a real S3 server.

Only the vectors are embedded, since no Qdrant server comes as a package; so the worker is the
server's own.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import obstore
import pytest
import yaml

from api.ownership import find_owner
from index.blobs.s3 import Bucket
from index.catalog.database import Database
from tests.index.blobs.places import s3_place
from tests.tiny import pdf, wait_for

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
DAMS = pdf("The dam at Hollow Lake is twelve metres tall", "Herons nest on the island")


@pytest.fixture
def variables(database: Database, bucket: Bucket, data_folder: Path) -> dict[str, str]:
    """The variables of the compose file's `api`, with what is different outside of it."""
    told: dict[str, str | None] = COMPOSE["services"]["api"]["environment"]
    fixed = {name: value for name, value in told.items() if value and "$" not in value}
    return {
        **{name: value for name, value in os.environ.items() if "PAGESIGHT" not in name},  # noqa: TID251
        **fixed,
        "PYTHONPATH": str(ROOT),
        "PAGESIGHT_HOST": "127.0.0.1",
        "PAGESIGHT_PORT": "0",
        "PAGESIGHT_DATA": str(data_folder),
        "PAGESIGHT_VECTORS": "edge",
        "PAGESIGHT_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "PAGESIGHT_BLOBS": bucket.url,
        "PAGESIGHT_S3_ENDPOINT": str(bucket.endpoint),
        "PAGESIGHT_S3_SECRET": bucket.secret,
        "PAGESIGHT_ENCODER_THREADS": "1",
    }


def pagesight(*args: object, variables: dict[str, str]) -> dict[str, Any]:
    """Run a command in a process of its own and read what it prints."""
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-m", "api.cli", *map(str, args), "--json"],
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


@contextmanager
def serving(variables: dict[str, str]) -> Iterator[str]:
    """A server in a process of its own, ended as an engine ends a container."""
    folder = Path(variables["PAGESIGHT_DATA"])
    process = subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve"], env=variables, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(lambda: (owner := find_owner(folder)) is not None and owner.url is not None)
        url = str(getattr(find_owner(folder), "url", ""))
        wait_for(lambda: _answers(url))
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False


@pytest.mark.slow
def test_a_document_goes_through_database_and_bucket_and_outlives_its_process(
    variables: dict[str, str], bucket: Bucket, tmp_path: Path
) -> None:
    (tmp_path / "dams.pdf").write_bytes(DAMS)
    with serving(variables) as url:
        told = pagesight("ingest", tmp_path / "dams.pdf", "--url", url, variables=variables)
        asked = pagesight("ask", "How tall is the dam?", "--url", url, variables=variables)
        checks = {one["name"]: one for one in httpx.get(f"{url}/readyz").json()["checks"]}
    (document,) = told["documents"]
    again = pagesight("ask", "How tall is the dam?", variables=variables)

    assert (document["state"], document["pages"]) == ("ready", 2)
    assert "twelve metres" in asked["answer"]
    assert again["answer"] == asked["answer"]
    assert again["citations"] == asked["citations"]
    assert checks["blobs"]["ok"]
    assert_kept_in_the_bucket_alone(variables, bucket, tmp_path)


def assert_kept_in_the_bucket_alone(
    variables: dict[str, str], bucket: Bucket, tmp_path: Path
) -> None:
    folder = Path(variables["PAGESIGHT_DATA"])
    place = s3_place(bucket, tmp_path)
    kept = [meta["path"] for part in obstore.list(place.store) for meta in part]

    assert len(kept) == 5  # the file, and a picture and the words of each page
    assert all(re.fullmatch(r"([0-9a-f]{2})/\1[0-9a-f]{62}", key) for key in kept)
    assert not (folder / "blobs").exists()
    assert not (folder / "postgres").exists()
    assert list((folder / "spool").iterdir()) == []
