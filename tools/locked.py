"""What the lock files pin: every package with its version and the hashes of its files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SERVICE = ("requirements.lock", "requirements-torch.txt")
CHECKS = ("requirements-dev.lock", "requirements-torch.txt")
_PIN = re.compile(r"(?P<name>[a-z0-9.-]+)==(?P<version>[^ ;\n]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Pin(NamedTuple):
    """A package of one version; torch alone has no hashes, because two builds of it are welcome."""

    name: str
    version: str
    hashes: tuple[str, ...]


def pins(*files: str) -> Iterator[Pin]:
    """Yield the packages of some lock files, file by file."""
    for file in files:
        text = (ROOT / file).read_text(encoding="utf-8")
        for entry in re.split(r"\n(?=\S)", text):
            found = _PIN.match(entry)
            if found is not None:
                yield Pin(found["name"], found["version"], tuple(_HASH.findall(entry)))
