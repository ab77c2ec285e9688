"""A corpus of page images, indexed by the service and ranked for questions.

What the adapters share: other people's benchmarks hand over images with ids and ask for ids with
scores.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePath

import numpy as np

from api.commands.ingest import IngestReport, ingest_files
from api.desk import Desk
from api.questions.bodies import ArmName, SearchRequest
from api.schemas import NewCollection
from eval.datasets.identity import set_name
from eval.datasets.pictures import PictureFolder
from index.errors import IndexIncomplete, InvalidRequest

MAX_PAGES = 100  # of one search
BEGINNING = 24  # characters of a collection's name before what tells it apart


class PageIndex:
    """Page images in a collection of their own.

    The collection is called by its pages' content, so that the same corpus is indexed once.

    Args:
        desk: the service.
        work: folder for the images.
        wanted: how the collection is made; its name begins the collection's.
        arms: of every search; all when None.
    """

    def __init__(
        self,
        desk: Desk,
        work: Path,
        *,
        wanted: NewCollection,
        arms: Sequence[ArmName] | None = None,
    ) -> None:
        self._desk = desk
        self._pictures = PictureFolder(work)
        self._wanted = wanted
        self._arms = None if arms is None else list(arms)
        self._ids: dict[str, list[str]] = {}
        self._collection = ""

    def put(self, pages: Iterable[tuple[str, object]]) -> str:
        """Index pages, as `(id, image)`, and return the collection that holds them.

        Pages with the same bytes are one document; a search finds all their ids.

        Raises:
            InvalidRequest: there are no pages, or one has no image.
            IndexIncomplete: a page could not be indexed.
        """
        ids: dict[str, list[str]] = defaultdict(list)
        files: dict[str, Path] = {}
        for name, image in pages:
            picture = self._pictures.put(image, of=f"page {name}")
            ids[picture.document].append(name)
            files[picture.document] = picture.path
        if not files:
            raise InvalidRequest("the corpus has no pages")
        wanted = self._named(files)
        report = ingest_files(self._desk, wanted, list(files.values()), metadata={})
        _check_complete(report, len(files))
        self._ids, self._collection = dict(ids), wanted.name
        return wanted.name

    def rank(self, question: str, limit: int) -> list[tuple[str, float]]:
        """Return ids and scores, best first, of at most `limit` pages and never more than 100.

        Scores fall strictly, also in float32, so that whoever sorts by them keeps the order.

        Raises:
            InvalidRequest: nothing was put yet.
        """
        if not self._collection:
            raise InvalidRequest("there is no corpus yet: index one, then search")
        request = SearchRequest(
            query=question, limit=min(limit, MAX_PAGES), filter=None, arms=self._arms
        )
        hits = self._desk.search(self._collection, request).hits
        found = [(name, hit.score) for hit in hits for name in self._ids[PurePath(hit.name).stem]]
        return _strictly_falling(found[:limit])

    def _named(self, documents: Iterable[str]) -> NewCollection:
        told = hashlib.sha256("\n".join(sorted(documents)).encode()).hexdigest()[:12]
        return self._wanted.model_copy(
            update={"name": f"{set_name(self._wanted.name)[:BEGINNING]}-{told}"}
        )


def _check_complete(report: IngestReport, n_files: int) -> None:
    failed = [(one.path, one.error.message) for one in report.rejected]
    failed += [
        (one.name, one.error.message if one.error else one.state)
        for one in report.documents
        if one.state != "ready"
    ]
    failed += [(d.name, page.message) for d in report.documents for page in d.failed_pages]
    if failed:
        name, told = failed[0]
        raise IndexIncomplete(
            f"{len(failed)} of {n_files} pages were not indexed, so figures would be of another "
            f"corpus; the first is {name}: {told}"
        )


def _strictly_falling(found: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    ceiling, falling = np.float32(np.inf), []
    for name, score in found:
        kept = np.minimum(np.float32(score), np.nextafter(ceiling, np.float32(-np.inf)))
        falling.append((name, float(kept)))
        ceiling = kept
    return falling
