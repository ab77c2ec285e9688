"""Every failure Pagesight raises on purpose, under one base.

    PagesightError
    ├── DocumentRejected            the file itself is the cause; the document ends as failed(code)
    │   ├── NotADocument            not_a_document
    │   ├── Encrypted               encrypted
    │   ├── Corrupt                 corrupt
    │   ├── EmptyDocument           empty
    │   ├── TooManyPages            too_many_pages
    │   ├── TooLarge                too_large
    │   ├── PageTooLarge            page_too_large
    │   ├── RenderTimeout           render_timeout
    │   └── RenderFailed            render_failed
    ├── NotFound
    │   ├── CollectionNotFound      collection_not_found
    │   ├── DocumentNotFound        document_not_found
    │   ├── PageNotFound            page_not_found
    │   ├── JobNotFound             job_not_found
    │   ├── RebuildNotFound         rebuild_not_found
    │   ├── KeyNotFound             key_not_found
    │   ├── QuestionNotFound        question_not_found
    │   ├── EvaluationNotFound      evaluation_not_found
    │   └── BlobNotFound            blob_not_found
    ├── Unauthenticated             unauthenticated      no key, or none that is good
    ├── Forbidden                   forbidden            the key is good and does not reach so far
    ├── Limited                     more was asked for than the key's limits allow
    │   ├── RateLimited             rate_limited
    │   └── QuotaExceeded           quota_exceeded
    ├── InvalidRequest              invalid_request
    │   ├── InvalidFilter           invalid_filter
    │   ├── InvalidSchema           invalid_schema
    │   ├── IdempotencyKeyReused    idempotency_key_reused
    │   └── UrlRefused              url_refused
    ├── FetchingOff                 fetching_off         nobody allowed URLs to be fetched
    ├── Conflict
    │   ├── CollectionExists        collection_exists
    │   ├── QuestionExists          question_exists
    │   ├── DocumentBusy            document_busy
    │   ├── JobNotOpen              job_not_open
    │   ├── JobNotRetryable         job_not_retryable
    │   ├── RequestInProgress       request_in_progress
    │   ├── ErasureBusy             erasure_busy
    │   ├── RebuildBusy             rebuild_busy
    │   └── NotEmpty                not_empty            a restore goes into an empty place only
    ├── ManifestMismatch            manifest_mismatch    the index was built by something else
    │   └── PooledRowsMissing       pooled_rows_missing
    ├── BackupDamaged               backup_damaged       not what was written, or not finished
    ├── BackupMismatch              backup_mismatch      made by a version that this one cannot read
    ├── ModelRejected               model_rejected       wrong bytes, or rows that are not usable
    ├── IndexIncomplete             index_incomplete     points that were stored are not there
    ├── Unavailable                 a part that should answer does not
    │   ├── DataFolderBusy          data_folder_busy
    │   ├── DatabaseUnavailable     database_unavailable
    │   ├── VectorStoreUnavailable  vector_store_unavailable
    │   ├── BlobStoreUnavailable    blob_store_unavailable
    │   ├── EncoderUnavailable      encoder_unavailable
    │   ├── EncoderOutOfMemory      encoder_out_of_memory
    │   ├── StorageFull             storage_full
    │   ├── QueueFull               queue_full
    │   ├── IndexSwitched           index_switched
    │   ├── BackupRunning           backup_running
    │   ├── RestoreUnfinished       restore_unfinished
    │   ├── Overloaded              overloaded
    │   ├── FetchBusy               fetch_busy
    │   ├── FetchFailed             fetch_failed         the server of a URL does not give the file
    │   │   └── FetchTimeout        fetch_timed_out
    │   ├── SandboxUnavailable      sandbox_unavailable
    │   ├── VlmUnavailable          vlm_unavailable
    │   └── AnswerCancelled         answer_cancelled
    └── MissingDependency           missing_dependency   the message says what installs it

`code` is stable and part of the REST and CLI contracts; the message says what, got what, what to
do.
"""

import re
from typing import Literal


class PagesightError(Exception):
    """Base of every failure raised on purpose.

    Attributes:
        code: the class's name in lower case, unless it has another one.
    """

    code = "error"

    def __init_subclass__(cls) -> None:
        """Give a class of this module its code; what others derive keeps that of its base."""
        if cls.__module__ == __name__ and "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", cls.__name__).lower()


class DocumentRejected(PagesightError):
    """The uploaded file cannot be indexed, and the file is the cause."""


class NotADocument(DocumentRejected):
    """The bytes are neither a PDF nor a supported image."""

    code = "not_a_document"


class Encrypted(DocumentRejected):
    """The document needs a password to be read."""


class Corrupt(DocumentRejected):
    """No engine can open the document."""


class EmptyDocument(DocumentRejected):
    """The document has no bytes or no pages."""

    code = "empty"


class TooManyPages(DocumentRejected):
    """The document has more pages than the limit."""


class TooLarge(DocumentRejected):
    """The file has more bytes, or needs more memory, than the limit."""


class PageTooLarge(DocumentRejected):
    """The page's box or aspect is outside what can be rendered."""


class RenderTimeout(DocumentRejected):
    """The page or document took longer than its limit and was stopped."""


class RenderFailed(DocumentRejected):
    """No engine could draw the page."""


class NotFound(PagesightError):
    """The named thing does not exist."""


class CollectionNotFound(NotFound):
    """No collection of that name."""


class DocumentNotFound(NotFound):
    """No document of that id in the collection."""


class PageNotFound(NotFound):
    """The document has no such page."""


class JobNotFound(NotFound):
    """No job of that id."""


class RebuildNotFound(NotFound):
    """The collection has no index beside the one that answers."""


class KeyNotFound(NotFound):
    """No key of that id."""


class QuestionNotFound(NotFound):
    """No golden question of that id in the collection."""


class EvaluationNotFound(NotFound):
    """No evaluation of that id is kept."""


class BlobNotFound(NotFound):
    """No stored bytes under that hash."""


class Unauthenticated(PagesightError):
    """The request brings no key, or one that is unknown, expired or revoked."""


class Forbidden(PagesightError):
    """The key is good, but not for what was asked."""


class Limited(PagesightError):
    """The key's limits do not allow more for now.

    Attributes:
        retry_after_s: seconds until they do.
    """

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class RateLimited(Limited):
    """Too many requests within a minute."""


class QuotaExceeded(Limited):
    """What the key may use up in a day is used up."""


class InvalidRequest(PagesightError):
    """The caller asked for something that cannot be."""


class InvalidFilter(InvalidRequest):
    """A search filter that does not make sense."""


class InvalidSchema(InvalidRequest):
    """A JSON schema of fields to extract that is not understood here."""


class IdempotencyKeyReused(InvalidRequest):
    """An idempotency key came with another request before."""


class UrlRefused(InvalidRequest):
    """A URL that leads where nothing is fetched from."""


class FetchingOff(PagesightError):
    """No host is listed from which documents may be fetched."""


class Conflict(PagesightError):
    """The request does not fit the present state."""


class CollectionExists(Conflict):
    """A collection of that name is there already, with other settings."""


class QuestionExists(Conflict):
    """A golden question of that id is there already."""


class DocumentBusy(Conflict):
    """The document is being worked on in a way that excludes the request."""


class JobNotOpen(Conflict):
    """The job has ended, so there is nothing to cancel."""


class JobNotRetryable(Conflict):
    """The job neither failed nor was cancelled, or another one took its place."""


class RequestInProgress(Conflict):
    """The same request, with the same idempotency key, is being worked on."""


class ErasureBusy(Conflict):
    """Something is being erased at this moment."""


class RebuildBusy(Conflict):
    """The collection's index is being rebuilt in a way that excludes the request."""


class NotEmpty(Conflict):
    """There is something already where a backup is to be made, or restored."""


class ManifestMismatch(PagesightError):
    """The index was built with other models or settings than the ones at hand."""


class PooledRowsMissing(ManifestMismatch):
    """The vector store is to score an index that has no pooled rows."""


class BackupDamaged(PagesightError):
    """A backup that is unfinished, or whose files are not those that were written."""


class BackupMismatch(PagesightError):
    """A backup that this version does not know how to read."""


class ModelRejected(PagesightError):
    """A model whose bytes or rows are not what they must be."""


class IndexIncomplete(PagesightError):
    """The vector store does not hold what was put into it."""


class Unavailable(PagesightError):
    """A part the request needs does not answer; trying again later may help."""


class DataFolderBusy(Unavailable):
    """Another process owns the data folder's vectors."""


class DatabaseUnavailable(Unavailable):
    """The catalog's database cannot be reached or started."""


class VectorStoreUnavailable(Unavailable):
    """The vector store cannot be reached or answers with an error."""


class BlobStoreUnavailable(Unavailable):
    """The place of the originals and page images cannot be reached or answers with an error."""


class EncoderUnavailable(Unavailable):
    """The encoder or its server does not answer, was closed, or has too much waiting for it."""


class EncoderOutOfMemory(Unavailable):
    """One page or question alone does not fit in the device's memory."""


class StorageFull(Unavailable):
    """The disk is below its watermark; reads and deletes go on."""


class QueueFull(Unavailable):
    """As many documents wait to be indexed as may; reads, deletes and cancels go on."""


class IndexSwitched(Unavailable):
    """The collection changed to another index while a document was put into the old one."""


class BackupRunning(Unavailable):
    """A backup reads what was to be removed, or there is one already."""


class RestoreUnfinished(Unavailable):
    """A restore into this folder was cut off."""


class FetchBusy(Unavailable):
    """As many documents are being fetched as may be at once."""


class FetchFailed(Unavailable):
    """The server that a URL leads to does not give the document."""


class FetchTimeout(FetchFailed):
    """It took longer than its limit."""

    code = "fetch_timed_out"


class Overloaded(Unavailable):
    """More is asked for than can be worked on.

    Args:
        message: what, and what to do.
        reason: `full` where the line of waiting requests was, `late` where the wait was too long.
    """

    def __init__(self, message: str, *, reason: Literal["full", "late"] = "full") -> None:
        super().__init__(message)
        self.reason = reason


class SandboxUnavailable(Unavailable):
    """The machine cannot start a process to read files in; the file is not the cause."""


class VlmUnavailable(Unavailable):
    """The vision-language model does not answer."""


class AnswerCancelled(Unavailable):
    """The model was told to stop: the one who asked has left, or the service is closing."""


class MissingDependency(PagesightError):
    """A program or package that the request needs is not installed."""
