"""Pagesight as a pipeline of vidore-benchmark, the evaluation of ViDoRe v3.

A pipeline there is whatever has `index` and `search` of this form; nothing of that package is
needed here, which is as well, as its releases ask for other versions of ours.
"""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from PIL import Image

from api.desk import Desk
from api.questions.bodies import ArmName
from api.schemas import NewCollection
from eval.adapters.pages import MAX_PAGES, PageIndex
from index.errors import InvalidRequest

Run = dict[str, dict[str, float]]


class Searched(NamedTuple):
    """Scores of pages by question, and what is told with the figures."""

    run: Run
    infos: dict[str, str | float]


class VidorePipeline:
    """The service behind a desk, as vidore-benchmark wants a pipeline.

    Args:
        desk: the service.
        work: folder for the page images.
        wanted: how collections are made: language, encoder, rows.
        arms: of every search; all when None.
    """

    def __init__(
        self,
        desk: Desk,
        work: Path,
        *,
        wanted: NewCollection | None = None,
        arms: Sequence[ArmName] | None = None,
    ) -> None:
        self._index = PageIndex(
            desk, work, wanted=wanted or NewCollection(name="vidore"), arms=arms
        )
        self._collection = ""

    def index(
        self,
        corpus_ids: Sequence[str],
        corpus_images: Sequence[Image.Image],
        corpus_texts: Sequence[str],  # noqa: ARG002  the service reads the pages itself
        dataset_name: str | None = None,  # noqa: ARG002  a corpus is known by its content
    ) -> None:
        """Index page images; their texts are not looked at.

        Raises:
            InvalidRequest: there is not one image for each id.
            IndexIncomplete: a page could not be indexed.
        """
        if len(corpus_ids) != len(corpus_images):
            raise InvalidRequest(
                f"{len(corpus_ids)} pages need as many images, got {len(corpus_images)}"
            )
        self._collection = self._index.put(zip(corpus_ids, corpus_images, strict=True))

    def search(self, query_ids: Sequence[str], queries: Sequence[str]) -> Searched:
        """Return the 100 best pages for each question.

        Raises:
            InvalidRequest: there is not one question for each id, or no corpus yet.
        """
        if len(query_ids) != len(queries):
            raise InvalidRequest(f"{len(query_ids)} ids need as many questions, got {len(queries)}")
        start = perf_counter()
        asked = zip(query_ids, queries, strict=True)
        run = {name: dict(self._index.rank(text, MAX_PAGES)) for name, text in asked}
        ms = 1000 * (perf_counter() - start) / max(len(run), 1)
        return Searched(run, {"collection": self._collection, "ms_per_question": ms})
