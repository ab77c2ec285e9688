"""Collections: made, checked before use, and ended."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

from api import parts
from api.settings import Settings
from index.catalog.catalog import Catalog
from index.catalog.entries import Collection
from index.encoders.lexical import lexical_encoder
from index.encoders.registry import MODELS
from index.encoders.shelf import SHIPPED, EncoderChoice, EncoderShelf
from index.errors import InvalidRequest, NotFound, Unavailable
from index.manifest import IndexManifest, encoder_fields
from index.vectors.base import VectorStore

Read = TypeVar("Read")
COLLECTION_NAME = re.compile(r"([a-z0-9][a-z0-9-]{0,31}\.)?[a-z0-9][a-z0-9_-]{0,62}")


@dataclass(frozen=True, slots=True)
class CollectionChoice:
    """How a collection is to be built; None stands for what the settings say."""

    language: tuple[str, ...] | None = None
    encoder: EncoderChoice | None = None


class Holdings:
    """Keeps the catalog's collections and the vector store's in step.

    Args:
        settings: what new collections are built with where nothing else is asked.
        catalog: what exists.
        vectors: where their rows lie.
        shelf: opens their encoders.
    """

    def __init__(
        self, settings: Settings, catalog: Catalog, vectors: VectorStore, shelf: EncoderShelf
    ) -> None:
        self._settings = settings
        self._catalog = catalog
        self._vectors = vectors
        self._shelf = shelf
        self._proven: set[str] = set()

    def create(self, name: str, choice: CollectionChoice) -> Collection:
        """Make a collection, or return the one of that name that is built alike.

        Raises:
            InvalidRequest: the name, a language or the encoder is not usable.
            CollectionExists: one of that name is built otherwise.
        """
        if not COLLECTION_NAME.fullmatch(name):
            raise InvalidRequest(f"a collection name is 1 to 63 of a-z, 0-9, _ and -, got {name!r}")
        manifest = self._manifest(choice)
        made = self._catalog.create_collection(name, manifest)
        for layer in made.layers:
            self._vectors.create(layer.store, dim=layer.manifest.dim, pooled=layer.manifest.pooled)
        return made

    def open(self, name: str) -> Collection:
        """Return a collection after checking that this process may use its index.

        Raises:
            CollectionNotFound: no collection has that name.
            ManifestMismatch: it was built with other models or settings.
        """
        found = self._catalog.collection(name)
        if found.store not in self._proven:
            self.check(name, found.manifest)
            self._proven.add(found.store)
        return found

    def check(self, name: str, stored: IndexManifest) -> None:
        """Do nothing when this process may use an index of a collection.

        Raises:
            ManifestMismatch: it was built with other models or settings.
            PooledRowsMissing: the vector store is to score it and lacks rows for that.
        """
        check_manifest(self._settings, self._shelf, name, stored)

    def read(self, name: str, ask: Callable[[Collection], Read]) -> Read:
        """Ask something of a collection; once more when its index was switched meanwhile.

        Raises:
            CollectionNotFound: no collection has that name.
            ManifestMismatch: it was built with other models or settings.
        """
        found = self.open(name)
        try:
            return ask(found)
        except (NotFound, Unavailable):
            present = self.open(name)
            if present.store == found.store:
                raise
            return ask(present)

    def rebuilt(self, collection: Collection, encoder: EncoderChoice) -> IndexManifest:
        """Return what another index of a collection would be made with, of the pages it keeps.

        Raises:
            InvalidRequest: no such encoder, or it has no such rows.
            ModelRejected: its files or its rows are not what they must be.
        """
        kept = collection.manifest
        made = self._manifest(CollectionChoice(kept.language, encoder))
        return replace(made, renderer=kept.renderer, ocr=kept.ocr, max_pixels=kept.max_pixels)

    def end(self, collection: Collection) -> None:
        """Forget a collection and remove its vectors."""
        for store in self._catalog.delete_collection(collection.name):
            self._vectors.drop(store)
            self._proven.discard(store)

    def warnings(self, collection: Collection) -> list[str]:
        """Say what will not work well in a collection, in sentences."""
        manifest = collection.manifest
        known = [model for model in MODELS if model.name == manifest.encoder]
        return [
            f"{model.name} was not trained for {language!r}: expect much worse results"
            for model in known
            for language in manifest.language
            if not model.speaks(language)
        ]

    def _manifest(self, choice: CollectionChoice) -> IndexManifest:
        return _manifest(self._settings, self._shelf, choice)


def check_manifest(
    settings: Settings, shelf: EncoderShelf, name: str, stored: IndexManifest
) -> None:
    """Do nothing when an index of a collection may be used with these settings and encoders.

    Raises:
        ManifestMismatch: it was built with other models or settings.
        PooledRowsMissing: the vector store is to score it and lacks rows for that.
    """
    encoder = EncoderChoice(stored.encoder, stored.rows, words=stored.words is not None)
    here = _manifest(settings, shelf, CollectionChoice(stored.language, encoder))
    here.check_against(stored, collection=name)


def _manifest(settings: Settings, shelf: EncoderShelf, choice: CollectionChoice) -> IndexManifest:
    """Return what an index built here and now would be made with."""
    language = choice.language or settings.language
    wanted = choice.encoder or EncoderChoice(settings.encoder, settings.rows)
    name, rows = shelf.settle(wanted)
    return IndexManifest(
        **encoder_fields(shelf.open(name, rows).pin),
        rows=rows,
        words=shelf.open(SHIPPED, "text").pin if wanted.words else None,
        tokens=lexical_encoder(language[0]).name,
        language=language,
        renderer=parts.renderer_version(settings),
        ocr=parts.words_version(settings),
        max_pixels=parts.limits(settings).max_pixels,
        pooled=settings.scorer == "qdrant",
    )
