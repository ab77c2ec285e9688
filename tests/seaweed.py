"""A real S3 server, SeaweedFS in one process, for as long as a block lasts."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from index.blobs.s3 import Bucket, S3Blobs
from index.errors import BlobStoreUnavailable
from tests.tiny import wait_for

WEED = shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")
KEY, SECRET, BUCKET = "pagesight", "only-for-tests", "pagesight"
PARTS = ("master", "volume", "filer", "s3")
PORTS = [f"{part}.port{kind}" for part in PARTS for kind in ("", ".grpc")]
# What docker-compose.yml starts it with, too.
OPTIONS = (
    "-bucket=pagesight",
    "-s3.autoCreateBucket=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-admin.ui=false",
    "-webdav=false",
    "-master.telemetry=false",
)


@contextmanager
def seaweed(folder: Path) -> Iterator[Bucket]:
    """Start a server, wait until it answers, and yield its bucket."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    told = [f"-{name}={port}" for name, port in ports.items()]
    process = subprocess.Popen(  # noqa: S603  a program of a package, on loopback
        [
            *(str(WEED), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1"),
            *(f"-filer.localSocket={folder / 'filer'}", f"-s3.localSocket={folder / 's3'}"),
            *(*OPTIONS, *told),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "HOME": str(folder)},
    )
    try:
        bucket = Bucket(f"s3://{BUCKET}", f"http://127.0.0.1:{ports['s3.port']}", KEY, SECRET)
        blobs = S3Blobs(bucket, folder / "spool")
        wait_for(lambda: _answers(blobs))
        yield bucket
    finally:
        process.kill()
        process.wait()


def fresh_prefix(bucket: Bucket) -> Bucket:
    """The same bucket under a prefix that nothing else uses."""
    return replace(bucket, url=f"{bucket.url}/{uuid4().hex}")


def _answers(blobs: S3Blobs) -> bool:
    try:
        blobs.delete(blobs.put(b"is it there?").sha256)
    except BlobStoreUnavailable:
        return False
    return True


def free_ports(n_ports: int) -> list[int]:
    """Ports of loopback that nobody listens on now."""
    with ExitStack() as held:
        sockets = [
            held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(n_ports)
        ]
        return [one.getsockname()[1] for one in sockets]
