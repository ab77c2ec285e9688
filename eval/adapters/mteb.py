"""Pagesight as a model of MTEB, which then indexes, asks, and counts: `mteb.evaluate(model, task)`.

It implements MTEB's `SearchProtocol`, so the whole retriever is measured, all arms and stages, and
not an encoder alone. Only corpora with page images can be searched.
"""

import logging
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from api.desk import Desk
from api.questions.bodies import ArmName
from api.schemas import NewCollection
from eval.adapters.pages import PageIndex
from eval.datasets.identity import set_name
from eval.extra import open_mteb
from index.errors import InvalidRequest

if TYPE_CHECKING:
    from datasets import Dataset  # type: ignore[import-untyped]  # ships no types
    from mteb import TaskMetadata
    from mteb.models.model_meta import ModelMeta
    from mteb.types import EncodeKwargs, RetrievalOutputType, TopRankedDocumentsType

logger = logging.getLogger(__name__)


class MtebRetriever:
    """The service behind a desk, as MTEB wants a retriever.

    Args:
        desk: the service.
        work: folder for the page images.
        wanted: how collections are made: language, encoder, rows.
        arms: of every search; all when None.
        name: `owner/model`, under which MTEB keeps results; told by encoder and rows when None.

    Raises:
        MissingDependency: the extra that brings MTEB is not installed.
    """

    def __init__(
        self,
        desk: Desk,
        work: Path,
        *,
        wanted: NewCollection | None = None,
        arms: Sequence[ArmName] | None = None,
        name: str | None = None,
    ) -> None:
        open_mteb()
        self._wanted = wanted or NewCollection(name="mteb")
        self._index = PageIndex(desk, work, wanted=self._wanted, arms=arms)
        self._arms = arms
        self._name = name or _model_name(self._wanted)

    def index(
        self,
        corpus: "Dataset",
        *,
        task_metadata: "TaskMetadata",
        hf_split: str,
        hf_subset: str,
        encode_kwargs: "EncodeKwargs",  # noqa: ARG002  of MTEB's protocol, like the next two
        num_proc: int | None = None,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> None:
        """Index the page images of a corpus.

        Raises:
            InvalidRequest: the corpus has no images.
            IndexIncomplete: a page could not be indexed.
        """
        if "image" not in corpus.column_names:
            raise InvalidRequest(
                f"the corpus of {task_metadata.name} has {', '.join(corpus.column_names)} and no "
                "page images; Pagesight reads pages, not text"
            )
        collection = self._index.put(_pages(corpus))
        told = {"task": task_metadata.name, "split": hf_split, "subset": hf_subset}
        logger.info("corpus indexed", extra={**told, "collection": collection})

    def search(  # noqa: PLR0913  as MTEB's protocol has it
        self,
        queries: "Dataset",
        *,
        task_metadata: "TaskMetadata",
        hf_split: str,  # noqa: ARG002  of MTEB's protocol, like the other unused ones
        hf_subset: str,  # noqa: ARG002
        top_k: int,
        encode_kwargs: "EncodeKwargs",  # noqa: ARG002
        top_ranked: "TopRankedDocumentsType | None" = None,
        num_proc: int | None = None,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> "RetrievalOutputType":
        """Return scores of the best pages, at most 100, for each question.

        Raises:
            InvalidRequest: the questions are no text, or only given pages are to be ranked again.
        """
        if top_ranked is not None:
            raise InvalidRequest(
                f"{task_metadata.name} gives each question the pages to rank; Pagesight finds them"
            )
        if "text" not in queries.column_names:
            raise InvalidRequest(
                f"the questions of {task_metadata.name} are no text, but "
                f"{', '.join(queries.column_names)}"
            )
        asked = queries.select_columns(["id", "text"])
        return {row["id"]: dict(self._index.rank(row["text"], top_k)) for row in asked}

    @property
    def mteb_model_meta(self) -> "ModelMeta":
        """What MTEB keeps results under."""
        from mteb.models.model_meta import ModelMeta  # noqa: PLC0415  comes with the extra

        return ModelMeta.create_empty().model_copy(
            update={
                "name": self._name,
                "revision": _revision(self._arms),
                "modalities": ["text", "image"],
                "model_type": ["late-interaction"],
                "open_weights": True,
                "use_instructions": False,
            }
        )


def _pages(corpus: "Dataset") -> Iterator[tuple[str, object]]:
    """Read a corpus row by row, its images as they are stored where they are stored as bytes."""
    from datasets import Image  # noqa: PLC0415  comes with the extra

    stored = corpus.select_columns(["id", "image"])
    if isinstance(stored.features["image"], Image):
        stored = stored.cast_column("image", Image(decode=False))
    for row in stored:
        yield row["id"], _read(row["image"])


def _read(image: object) -> object:
    """Return an image's bytes; MTEB itself keeps those of a local folder as paths."""
    if isinstance(image, dict) and not image.get("bytes") and image.get("path"):
        return Path(image["path"]).read_bytes()
    return image


def _model_name(wanted: NewCollection) -> str:
    return f"pagesight/{set_name(wanted.encoder or 'default', wanted.rows)}"


def _revision(arms: Sequence[ArmName] | None) -> str:
    return "-".join([version("pagesight"), *(arms or ())])
