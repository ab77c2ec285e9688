"""The one place that puts the parts together, and what the service can do with them."""

import os
from collections.abc import Iterable
from contextlib import ExitStack, closing
from secrets import token_urlsafe
from typing import Any
from uuid import UUID

from answer.answers import Answer
from answer.stop import Stop
from api import parts
from api.callers.access import OPERATOR, Access
from api.holdings.arrivals import Arrival, Arrivals
from api.holdings.capacity import Capacity
from api.holdings.holdings import CollectionChoice, Holdings
from api.holdings.rebuilds import Rebuilds
from api.ownership import Owner, Ownership
from api.process import prepare_process
from api.questions import answerers
from api.questions.admission import Admission
from api.questions.answering import Answering, AnsweringParts
from api.questions.heat_maps import HeatMaps
from api.questions.pages import Pages
from api.questions.shown_pages import PageBudget
from api.roles import Role, tasks_of
from api.settings import Settings
from index.catalog.amendments import Amendments
from index.catalog.backlog import Backlog
from index.catalog.database import Database
from index.catalog.entries import Collection, Document, Job
from index.catalog.intake import Intake
from index.catalog.inventory import Inventory
from index.catalog.keys import Keys
from index.catalog.questions import GoldenQuestions
from index.catalog.receipts import Receipts
from index.catalog.spending import Spending
from index.encoders.base import Encoder
from index.encoders.shelf import EncoderChoice, EncoderShelf
from index.faults import fault_point
from index.vectors.base import VectorStore
from ingest.jobs import JobQueue
from ingest.pipeline import Indexer
from ingest.rebuild import Rebuilder
from ingest.room import Room
from ingest.sweeping import Sweeper
from ingest.workers import Worker
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
        role: Role,
    ) -> None:
        self.settings = settings
        self.vectors = vectors
        self.blobs = parts.blobs(settings)
        self.shelf = shelf
        queue = JobQueue(database.conninfo, silence_s=database.silence_s)
        self.stores = stores = parts.stores(settings, database, queue.wake, vectors, self.blobs)
        self.catalog, self.ledger, self.garbage = stores.catalog, stores.ledger, stores.garbage
        self.telemetry = parts.telemetry(settings)
        self.backlog = Backlog(database.engine)
        self.holdings = Holdings(settings, self.catalog, vectors, shelf)
        self.keys = Keys(database.engine)
        self.spending = Spending(database.engine)
        self.doorkeeper = parts.doorkeeper(settings, self.keys, ownership)
        self.database = database
        self._ownership = ownership
        self.intake = Intake(database.engine, queue.enqueue)
        self.amendments = Amendments(database.engine)
        self.receipts = Receipts(database.engine)
        self.inventory = Inventory(database.engine)
        self.golden = GoldenQuestions(database.engine)
        self.rebuilds = Rebuilds(
            self.catalog, stores.rebuilds, stores.fillings, vectors, self.holdings
        )
        self.scoring = parts.scoring(settings, stores)
        reader, room = parts.reader(settings), Room(self.blobs, settings.min_free_bytes)
        prepare, told = parts.preparation(self.scoring, ownership), self.telemetry
        self.indexer = Indexer(stores, reader, shelf.of, room, published=prepare, watch=told)
        self.rebuilder = Rebuilder(stores, shelf.of, room)
        tasks = tasks_of(role, stores, self.indexer, self.rebuilder, told)
        self.sweeper = Sweeper(self.blobs, self.garbage)
        chores = [
            self.indexer.collector.collect_or_leave,
            self.sweeper.sweep_now_and_then,
            parts.ballast(settings).trim,
        ]
        self.worker = Worker(queue, tasks, exclusive=ownership is not None, chores=chores)
        self.pages = Pages(self.catalog, self.blobs)
        searching = SearchParts(self.catalog, vectors, shelf.of, self.scoring, self.pages.words)
        self._searcher = Searcher(searching)
        self.heat_maps = HeatMaps(self.catalog, self.pages, self.holdings, self._searcher)
        admission = Admission(self.pages, self._language, self._known_terms)
        self.purse = parts.purse(settings, self.spending)
        self.capacity = Capacity(room, self.backlog, settings.max_queued)
        self._arrivals = Arrivals(settings, self.blobs, self.intake, self.purse, self.capacity)
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
        cls,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        url: str | None = None,
        role: Role = "all",
    ) -> "Service":
        """Open everything that the settings name.

        Args:
            settings: what to open.
            encoder: for new collections, instead of the one that the settings name.
            url: where this process will serve, told to others that find the folder taken.
            role: what its worker does.

        Raises:
            DataFolderBusy: the vectors are embedded and another process owns the folder.
            DatabaseUnavailable: the catalog cannot be opened.
            InvalidRequest: there is no such encoder.
            MissingDependency: this machine lacks what is to score.
            ModelRejected: the encoder's files or rows are not what they must be.
            RestoreUnfinished: a backup is being restored into the folder.
        """
        prepare_process(settings)
        if encoder is not None:
            settings = settings.model_copy(update={"encoder": encoder.pin.name})
        parts.ballast(settings).trim()
        embedded = settings.vectors == "edge"
        owner = Owner(os.getpid(), url, token_urlsafe(32))
        ownership = Ownership.take(settings.data, owner) if embedded else None
        with ExitStack() as opened:
            if ownership is not None:
                opened.callback(ownership.release)
            database = parts.database(settings)
            opened.callback(database.close)
            service = cls(
                settings,
                database=database,
                vectors=opened.enter_context(closing(parts.vector_store(settings))),
                shelf=opened.enter_context(closing(parts.shelf(settings, encoder, role))),
                ownership=ownership,
                role=role,
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
        self.database.close()
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
        self.indexer.collector.collect()
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
            QueueFull: too many files wait already.
        """
        self.collection(collection)
        return self._arrivals.take(collection, Arrival(name, chunks, access), metadata)

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
        return self._arrivals.replace(collection, document, Arrival(name, chunks, access))

    def delete_document(self, collection: str, document: UUID) -> None:
        """Take a document out of every read; its bytes follow.

        Raises:
            DocumentNotFound: the collection has no such document.
        """
        self.catalog.delete_document(collection, document)
        fault_point("delete.hidden")
        self.indexer.collector.collect_or_leave()

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

    def _language(self, collection: str) -> str:
        return self.collection(collection).manifest.language[0]

    def _known_terms(
        self, collection: str, terms: frozenset[str], generations: set[UUID]
    ) -> dict[UUID, frozenset[str]]:
        return self.holdings.read(
            collection, lambda found: self._searcher.known_terms(found, terms, generations)
        )
