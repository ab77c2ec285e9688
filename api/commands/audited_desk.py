"""The desk of commands that work on the data folder: what they change is noted, too."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from api.audit.deeds import LOCAL, deed_of, made_ids, named_ids
from api.desk import LocalDesk
from api.documents.fetch_bodies import FromUrl
from api.erasure.bodies import ErasureBody, NewErasure
from api.schemas import (
    CollectionBody,
    DocumentDetails,
    DocumentPatch,
    JobBody,
    NewCollection,
    NewReindex,
    ReindexBody,
    Upload,
)
from index.catalog.audit import AuditLog
from index.catalog.lines import DONE
from index.errors import PagesightError

Result = TypeVar("Result")


class AuditedDesk(LocalDesk):
    """The service in this process, with a line of the audit log for every change."""

    who = LOCAL

    def ensure_collection(self, wanted: NewCollection) -> CollectionBody:
        """Return a collection, making it where it is missing."""
        make = partial(super().ensure_collection, wanted)
        known = {one.name for one in self.service.catalog.collections()}
        return make() if wanted.name in known else self._noted("collection.create", make)

    def upload(self, collection: str, path: Path, metadata: dict[str, Any]) -> Upload:
        """Hand a file in."""
        change = partial(super().upload, collection, path, metadata)
        return self._noted("document.upload", change, collection=collection)

    def fetch(self, collection: str, wanted: FromUrl) -> Upload:
        """Fetch a file and hand it in."""
        change = partial(super().fetch, collection, wanted)
        return self._noted("document.fetch", change, collection=collection)

    def change_document(
        self, collection: str, document: str, changes: DocumentPatch
    ) -> DocumentDetails:
        """Give a document another name or other metadata."""
        change = partial(super().change_document, collection, document, changes)
        return self._noted("document.change", change, collection=collection, document=document)

    def delete_document(self, collection: str, document: str) -> None:
        """Delete one document."""
        change = partial(super().delete_document, collection, document)
        self._noted("document.delete", change, collection=collection, document=document)

    def cancel_job(self, job: str) -> JobBody:
        """End a job before it is done."""
        return self._noted("job.cancel", partial(super().cancel_job, job), job=job)

    def retry_job(self, job: str) -> JobBody:
        """Begin anew what failed or was cancelled; returns the new job."""
        return self._noted("job.retry", partial(super().retry_job, job), job=job)

    def reindex(self, collection: str, wanted: NewReindex) -> ReindexBody:
        """Begin to build the index anew."""
        change = partial(super().reindex, collection, wanted)
        return self._noted("index.rebuild", change, collection=collection)

    def roll_back(self, collection: str) -> ReindexBody:
        """Begin the way back to the index that answered before."""
        change = partial(super().roll_back, collection)
        return self._noted("index.rollback", change, collection=collection)

    def forget_reindex(self, collection: str) -> None:
        """Drop the index that does not answer."""
        change = partial(super().forget_reindex, collection)
        self._noted("index.forget", change, collection=collection)

    def erase(self, wanted: NewErasure) -> ErasureBody:
        """Have what was deleted be gone from every file, and return the receipt."""
        try:
            return super().erase(wanted)  # which notes itself when it is done
        except PagesightError as error:
            named = {"collection": wanted.collection} if wanted.collection else {}
            self._note("document.erase", named_ids(self.access, named), result=error.code)
            raise

    def _noted(self, action: str, change: Callable[[], Result], **named: str) -> Result:
        about = named_ids(self.access, named)
        try:
            made = change()
        except PagesightError as error:
            self._note(action, about, result=error.code)
            raise
        answered = made.model_dump(mode="json") if isinstance(made, BaseModel) else None
        self._note(action, about | made_ids(self.access, action, answered))
        return made

    def _note(self, action: str, about: dict[str, str], *, result: str = DONE) -> None:
        deed = deed_of(self.access, action, about, result=result, who=LOCAL)
        AuditLog(self.service.database.engine).append(deed)
