"""The one place that puts the parts together, and what the service can do with them."""

import os
from collections.abc import Iterable
from contextlib import ExitStack, closing
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from answer.answers import Answer
from answer.stop import Stop
from api import answerers, parts
from api.access import OPERATOR, Access
from api.admission import Admission
from api.answering import Answering, AnsweringParts
from api.heat_maps import HeatMaps
from api.holdings import CollectionChoice, Holdings
from api.ownership import Owner, Ownership
from api.pages import Pages
from api.rebuilds import Rebuilds
from api.settings import Settings, prepare_process
from api.shown_pages import PageBudget
from api.telemetry import WatchedJobs
from api.uploads import checked_metadata, display_name
from index.catalog.amendments import Amendments
from index.catalog.backlog import Backlog
from index.catalog.catalog import Catalog
from index.catalog.database import Database
from index.catalog.entries import Collection, Document, Job, Source
from index.catalog.fillings import Fillings
from index.catalog.garbage import Garbage
from index.catalog.intake import Intake
from index.catalog.inventory import Inventory
from index.catalog.jobs import JobLedger
from index.catalog.keys import Keys
from index.catalog.questions import GoldenQuestions
from index.catalog.rebuilds import RebuildLedger
from index.catalog.receipts import Receipts
from index.catalog.spending import Spending
from index.encoders.base import Encoder
from index.encoders.shelf import EncoderChoice, EncoderShelf
from index.vectors.base import VectorStore
from ingest.jobs import INDEX, REBUILD, JobQueue, Task, Worker
from ingest.pipeline import Indexer
from ingest.rebuild import Rebuilder
from ingest.stores import Stores
from retrieval.hits import SearchQuery, SearchResult
from retrieval.recall import RecallCheck
from retrieval.search import Searcher, SearchParts


class Service:
    """Everything the ways in have in common; `build` makes one from settings."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        vectors: VectorStore,
        shelf: EncoderShelf,
        ownership: Ownership | None,
    ) -> None:
        self.settings = settings
        self.vectors = vectors
        self.blobs = parts.blobs(settings)
        self.catalog = Catalog(database.engine)
        self.shelf = shelf
        self.telemetry = parts.telemetry(settings)
        self.backlog = Backlog(database.engine)
        self.holdings = Holdings(settings, self.catalog, vectors, shelf)
        self.keys = Keys(database.engine)
        self.spending = Spending(database.engine)
        self.doorkeeper = parts.doorkeeper(settings, self.keys, ownership)
        self._database = database
        self._ownership = ownership
        queue = JobQueue(database.conninfo)
        self.intake = Intake(database.engine, queue.enqueue)
        self.ledger = JobLedger(database.engine)
        self.amendments = Amendments(database.engine)
        self.receipts = Receipts(database.engine)
        self.garbage = Garbage(database.engine)
        self.inventory = Inventory(database.engine)
        self.golden = GoldenQuestions(database.engine)
        ledger = RebuildLedger(database.engine, queue.enqueue_rebuild)
        fillings = Fillings(database.engine)
        self.rebuilds = Rebuilds(self.catalog, ledger, fillings, vectors, self.holdings)
        stores = Stores(
            self.catalog, self.ledger, self.garbage, vectors, self.blobs, ledger, fillings
        )
        self.scoring = parts.scoring(settings, vectors, self.catalog)
        reader, room = parts.reader(settings), settings.min_free_bytes
        prepare, told = self.scoring.prepare, self.telemetry
        self.indexer = Indexer(
            stores, reader, shelf.of, min_free_bytes=room, published=prepare, watch=told
        )
        indexing = WatchedJobs(self.indexer.run, self.ledger, self.catalog, told)
        self.rebuilder = Rebuilder(stores, shelf.of, min_free_bytes=room)
        tasks = [
            Task(INDEX, indexing.run, self.ledger.open_ids),
            Task(REBUILD, self.rebuilder.run, ledger.open_ids),
        ]
        self.worker = Worker(queue, tasks, exclusive=ownership is not None)
        self.pages = Pages(self.catalog, self.blobs)
        searching = SearchParts(self.catalog, vectors, shelf.of, self.scoring, self.pages.words)
        self._searcher = Searcher(searching)
        self.heat_maps = HeatMaps(self.catalog, self.pages, self.holdings, self._searcher)
        admission = Admission(self.pages, self._language, self._known_terms)
        self.purse = parts.purse(settings, self.spending)
        self.answering = Answering(
            AnsweringParts(
                answerers.answerer(settings, told),
                self.search,
                self._language,
                admission,
                PageBudget(settings, self.pages),
                self.purse,
                told,
            )
        )
        self.recall = RecallCheck(self._searcher.search, share=settings.recall_check)

    @classmethod
    def build(
        cls, settings: Settings, *, encoder: Encoder | None = None, url: str | None = None
    ) -> "Service":
        """Open everything that the settings name.

        Args:
            settings: what to open.
            encoder: for new collections, instead of the one that the settings name.
            url: where this process will serve, told to others that find the folder taken.

        Raises:
            DataFolderBusy: the vectors are embedded and another process owns the folder.
            DatabaseUnavailable: the catalog cannot be opened.
            InvalidRequest: there is no such encoder.
            MissingDependency: this machine lacks what is to score.
            ModelRejected: the encoder's files or rows are not what they must be.
        """
        prepare_process(settings)
        if encoder is not None:
            settings = settings.model_copy(update={"encoder": encoder.pin.name})
        embedded = settings.vectors == "edge"
        owner = Owner(os.getpid(), url, token_urlsafe(32))
        ownership = Ownership.take(settings.data, owner) if embedded else None
        with ExitStack() as opened:
            if ownership is not None:
                opened.callback(ownership.release)
            folder = settings.data / "postgres"
            database = Database.open(settings.database_url, folder=folder)
            opened.callback(database.close)
            service = cls(
                settings,
                database=database,
                vectors=opened.enter_context(closing(parts.vector_store(settings))),
                shelf=opened.enter_context(closing(parts.shelf(settings, encoder))),
                ownership=ownership,
            )
            opened.pop_all()
        return service

    def close(self) -> None:
        """Finish the chunk at hand and let go of everything; twice equals once."""
        self.indexer.stopping.set()
        self.rebuilder.stopping.set()
        self.worker.stop()
        self.answering.close()
        self.recall.close()
        self._searcher.close()
        self.shelf.close()
        self.scoring.close()
        self.vectors.close()
        self._database.close()
        self.telemetry.close()
        if self._ownership is not None:
            self._ownership.release()

    def create_collection(
        self,
        name: str,
        language: tuple[str, ...] | None = None,
        *,
        encoder: EncoderChoice | None = None,
    ) -> Collection:
        """Make a collection, or return the one of that full name that is built alike.

        Raises:
            InvalidRequest: the name, a language or the encoder is not usable.
            CollectionExists: one of that name is built otherwise.
        """
        return self.holdings.create(name, CollectionChoice(language, encoder))

    def collection(self, name: str) -> Collection:
        """Return a collection after checking that this process may use its index.

        Raises:
            CollectionNotFound: no collection has that name.
            ManifestMismatch: it was built with other models or settings.
        """
        return self.holdings.open(name)

    def delete_collection(self, name: str) -> None:
        """Remove a collection, its documents and its vectors.

        Raises:
            CollectionNotFound: no collection has that name.
        """
        found = self.catalog.collection(name)
        self.garbage.condemn(name)
        self.indexer.collect_garbage()
        self.holdings.end(found)
        for layer in found.layers:
            self.scoring.drop(layer.store)

    def upload(
        self,
        collection: str,
        name: str,
        chunks: Iterable[bytes],
        metadata: dict[str, Any],
        *,
        access: Access = OPERATOR,
    ) -> tuple[Document, Job | None]:
        """Take a file in; the job is None when the same bytes are there already.

        Raises:
            QuotaExceeded: who hands it in had as many pages indexed today as they may.
            CollectionNotFound: no collection has that name.
            InvalidRequest: the metadata is too big.
            TooLarge: the file is.
            EmptyDocument: the file holds no bytes.
            StorageFull: the disk is below its watermark.
        """
        self.collection(collection)
        source = self._store_original(name, chunks, access)
        return self.intake.accept(collection, source, checked_metadata(metadata), access.account)

    def replace(
        self,
        collection: str,
        document: UUID,
        name: str,
        chunks: Iterable[bytes],
        *,
        access: Access = OPERATOR,
    ) -> tuple[Document, Job | None]:
        """Take new bytes for a document; readers keep the old until the new are ready.

        Raises:
            DocumentNotFound: the collection has no such document.
            Conflict: another document holds these bytes, or this one is being indexed.
        """
        self.catalog.document(collection, document)
        source = self._store_original(name, chunks, access)
        return self.intake.accept_replacement(collection, document, source, access.account)

    def delete_document(self, collection: str, document: UUID) -> None:
        """Take a document out of every read; its bytes follow.

        Raises:
            DocumentNotFound: the collection has no such document.
        """
        self.catalog.delete_document(collection, document)
        self.indexer.collect_garbage()

    def search(self, collection: str, query: SearchQuery) -> SearchResult:
        """Find the pages that match a question best.

        Raises:
            CollectionNotFound: no collection has that name.
            ManifestMismatch: the index was built with something else.
            VectorStoreUnavailable: the store does not answer.
        """
        return self.telemetry.search(
            lambda: self.holdings.read(collection, lambda found: self.recall.search(found, query))
        )

    def ask(
        self,
        collection: str,
        query: SearchQuery,
        stop: Stop | None = None,
        *,
        access: Access = OPERATOR,
    ) -> tuple[Answer, SearchResult]:
        """Answer a question from the pages that match it best, or refuse.

        Raises:
            QuotaExceeded: who asks has used up what they may today.
            AnswerCancelled: it was stopped.
            AnswerUnavailable: the configured model does not answer; it carries the pages.
        """
        return self.answering.ask(collection, query, stop, access=access)

    def _store_original(self, name: str, chunks: Iterable[bytes], access: Access) -> Source:
        self.purse.check_pages(access)
        self.blobs.check_room(self.settings.min_free_bytes)
        stored = self.blobs.put_stream(chunks, max_bytes=self.settings.max_bytes)
        return Source(stored.sha256, display_name(name), stored.n_bytes)

    def _language(self, collection: str) -> str:
        return self.collection(collection).manifest.language[0]

    def _known_terms(
        self, collection: str, terms: frozenset[str], generations: set[UUID]
    ) -> dict[UUID, frozenset[str]]:
        return self.holdings.read(
            collection, lambda found: self._searcher.known_terms(found, terms, generations)
        )
