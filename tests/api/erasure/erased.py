"""A data folder with things to erase, what to look for in its files, and the looking."""

import io
import json
import struct
import subprocess
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient
from PIL import Image
from sqlalchemy import text

from api.app import create_app
from api.service import Service
from retrieval.hits import SearchQuery
from retrieval.int8.packing import pack_page
from tests.serving import HERE
from tests.tiny import HashedWords, pdf, settings

DOCUMENTS = "/v1/collections/default/documents"
LIVE = ("lighthouse", "granite", "herring", "successor")
PIECE = 32
Needles = Mapping[str, Sequence[bytes]]
Seen = list[tuple[str, str, int, float]]  # question, name, page, score to six digits


def _noise() -> bytes:
    """A picture whose bytes are its own."""
    drawn = np.random.default_rng(5).integers(0, 255, (160, 220, 3), dtype=np.uint8)
    packed = io.BytesIO()
    Image.fromarray(drawn).save(packed, "PNG")
    return packed.getvalue()


ORIGINALS: list[tuple[str, bytes, str]] = [  # the first one is replaced, the others are deleted
    ("oldgyrfalcon.pdf", pdf("oldgyrfalcon and moultingquail"), ""),
    ("canaryheron.pdf", pdf("zephyrquartz is here", "plumbagomarl is there"), "vermilionotter"),
    ("paintedbunting.png", _noise(), ""),
    ("brokenwagtail.pdf", b"%PDF-1.7 brokenwagtail " * 90, ""),
]
WORDS = (
    *("oldgyrfalcon", "moultingquail", "zephyrquartz", "plumbagomarl", "vermilionotter"),
    *("canaryheron", "paintedbunting", "brokenwagtail"),
)


@dataclass(frozen=True)
class World:
    """A closed folder in which documents were deleted and replaced.

    Attributes:
        folder: the data folder.
        needles: bytes that must not be there after an erasure, by what they are of; what a live
            document has in common with a deleted one is none.
        with_all: kinds that were found before anything was deleted.
        digests: sha256 of the originals, which the receipt may have.
        seen: what searches find.
    """

    folder: Path
    needles: Needles
    with_all: Set[str]
    digests: Sequence[str]
    seen: Seen


@contextmanager
def opened(folder: Path) -> Iterator[Service]:
    """Open a folder with its embedded PostgreSQL."""
    with closing(Service.build(settings(folder), encoder=HashedWords())) as service:
        yield service


def build(folder: Path) -> World:
    """Index documents, ask, replace one and delete some, and close the folder."""
    with (
        opened(folder) as service,
        TestClient(create_app(service, work=False), base_url=HERE) as client,
    ):
        documents = _hand_in(client)
        service.worker.run_until_empty()
        see(service)
        _gather_statistics(service)
        needles, digests = _needles(service, documents)
        replaced, *deleted = documents
        client.put(f"{DOCUMENTS}/{replaced}", files={"file": ("new.pdf", pdf("successor"))})
        service.worker.run_until_empty()
        with_all = found_in(folder, needles)
        _delete(client, deleted)
    alive = [path.read_bytes() for path in (folder / "blobs").rglob("*") if path.is_file()]
    own = {
        kind: [one for one in wanted if not any(one in content for content in alive)]
        for kind, wanted in needles.items()
    }
    with opened(folder) as service:
        return World(folder, own, with_all.keys(), digests, see(service))


def see(service: Service) -> Seen:
    """Search for what is left, and for what is not."""
    return [
        (asked, hit.name, hit.page, round(hit.score, 6))
        for asked in (*LIVE, *WORDS)
        for hit in service.search("default", SearchQuery(asked)).hits
    ]


def found_in(folder: Path, needles: Needles) -> dict[str, set[str]]:
    """Return what of the needles is found, by what it is of, and in which files."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        for kind, wanted in needles.items():
            if any(one in content or one in str(path).encode() for one in wanted):
                found.setdefault(kind, set()).add(str(path.relative_to(folder)))
    return found


def copied(folder: Path, to: Path) -> Path:
    """Copy a closed folder with the owners of its files."""
    subprocess.run(["cp", "-a", folder, to], check=True)  # noqa: S603, S607  shutil keeps no owners
    return to


def _hand_in(client: TestClient) -> list[str]:
    """Upload what will be replaced, what will be deleted, and a neighbour that stays."""
    client.post("/v1/collections", json={"name": "default"})
    gone = [_upload(client, *one) for one in ORIGINALS]
    _upload(client, "neighbour.pdf", pdf("a lighthouse", "of granite", "and herring"))
    return gone


def _gather_statistics(service: Service) -> None:
    """Have PostgreSQL note frequent values, as it does by itself after a while."""
    with service.database.engine.begin() as connection:
        connection.execute(text("ANALYZE"))


def _delete(client: TestClient, documents: Sequence[str]) -> None:
    for document in documents:
        answer = client.delete(f"{DOCUMENTS}/{document}")
        assert answer.status_code == 204, answer.text


def _upload(client: TestClient, name: str, content: bytes, about: str = "") -> str:
    sent = client.post(
        DOCUMENTS,
        files={"file": (name, content)},
        data={"metadata": json.dumps({"about": about})},
        headers={"Idempotency-Key": name},  # what is answered is kept for a day
    )
    return str(sent.json()["document"]["id"])


def _needles(service: Service, documents: Sequence[str]) -> tuple[Needles, list[str]]:
    """Return what must be gone with some documents, and the hashes of their originals."""
    known = {str(document.id): document for document in service.catalog.documents("default")}
    gone = [known[document] for document in documents]
    ready = [document.generation for document in gone if document.generation is not None]
    store = service.collection("default").store
    pages = [page for generation in ready for page in service.catalog.pages(generation)]
    rows = [rows for one in ready for _, rows in service.vectors.read_rows(store, one)]
    kept = {
        "originals": [piece for _, content, *_ in ORIGINALS for piece in _pieces(content)],
        "page images": [
            piece
            for page in pages
            for piece in _pieces(service.blobs.read(page.image_sha256 or ""))
        ],
        "int8 rows": [pack_page(one.vectors)[0].tobytes() for one in rows if len(one)],
    }
    return {**_of_words(), **kept}, [document.sha256 for document in gone]


def _of_words() -> Needles:
    rows = [HashedWords().encode_question(word).vectors[0] for word in WORDS]
    return {
        "words": [word.encode() for word in WORDS],
        "pieces of words": [word[1:9].encode() for word in WORDS],
        "float16 rows": [row.astype("<f2").tobytes() for row in rows],
        "float32 rows": [row.astype("<f4").tobytes() for row in rows],
        "rows of a write-ahead log": [  # CBOR: each number behind a byte that says what it is
            b"".join(b"\xfa" + struct.pack(">f", value) for value in row[:8]) for row in rows
        ],
    }


def _pieces(content: bytes) -> list[bytes]:
    """Return some bytes from the middle."""
    middle = len(content) // 2
    return [content[at : at + PIECE] for at in (middle - 200, middle, middle + 200)]
