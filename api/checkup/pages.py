"""Whether a generation has all its pages, and each page its bytes."""

import hashlib
from collections.abc import Iterator, Sequence

from api.checkup.bodies import Finding
from api.checkup.subject import Subject
from index.blobs.base import Blobs, check_hash
from index.catalog.entries import StoredPage
from index.catalog.inventory import KeptGeneration
from index.errors import BlobNotFound


def check_numbers(
    subject: Subject, generation: KeptGeneration, pages: Sequence[StoredPage]
) -> Iterator[Finding]:
    """Find what a generation lacks of the pages 1 to n of its document."""
    numbers = {page.number for page in pages}
    wanted = set(range(1, (generation.n_pages or 0) + 1))
    for number in sorted(wanted - numbers):
        yield subject.finding("page_lost", "the catalog does not know the page", page=number)
    for number in sorted(numbers - wanted):
        told = f"the document has {generation.n_pages} pages, and the catalog knows one more"
        yield subject.finding("page_lost", told, page=number)


def check_bytes(
    subject: Subject, generation: KeptGeneration, pages: Sequence[StoredPage], blobs: Blobs
) -> Iterator[Finding]:
    """Find bytes that a generation refers to and that are gone or have changed."""
    for what, page, sha256 in _references(generation, pages):
        damage = _damage(blobs, sha256)
        if damage is not None:
            yield subject.finding("blob_lost", f"{what}: {damage}", page=page)


def check_segments(subject: Subject, segments: Sequence[str], blobs: Blobs) -> Iterator[Finding]:
    """Find segments of a generation that are gone or have changed."""
    for sha256 in segments:
        damage = _damage(blobs, sha256)
        if damage is not None:
            yield subject.finding("segment_lost", damage)


def count_bytes(
    generation: KeptGeneration, pages: Sequence[StoredPage], segments: Sequence[str]
) -> int:
    """Count the blobs that a generation refers to."""
    return sum(1 for _ in _references(generation, pages)) + len(segments)


def _references(
    generation: KeptGeneration, pages: Sequence[StoredPage]
) -> Iterator[tuple[str, int | None, str]]:
    yield "the original", None, generation.sha256
    for page in pages:
        if page.failure is None:
            yield "the page's picture", page.number, page.image_sha256 or ""
            yield "the page's words", page.number, page.words_sha256 or ""


def _damage(blobs: Blobs, sha256: str) -> str | None:
    """Return what is wrong with a blob, read from its first byte to its last."""
    try:
        with blobs.file(sha256) as path, path.open("rb") as file:
            check_hash(sha256, hashlib.file_digest(file, "sha256").hexdigest())
    except BlobNotFound as error:
        return str(error)
    return None
