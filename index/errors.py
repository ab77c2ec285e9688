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
    │   └── BlobNotFound            blob_not_found
    ├── InvalidRequest              invalid_request
    │   ├── InvalidFilter           invalid_filter
    │   └── InvalidSchema           invalid_schema
    ├── Conflict
    │   ├── CollectionExists        collection_exists
    │   ├── DocumentBusy            document_busy
    │   └── RebuildBusy             rebuild_busy
    ├── ManifestMismatch            manifest_mismatch    the index was built by something else
    │   └── PooledRowsMissing       pooled_rows_missing
    ├── ModelRejected               model_rejected       wrong bytes, or rows that are not usable
    ├── IndexIncomplete             index_incomplete     points that were stored are not there
    ├── Unavailable                 a part that should answer does not
    │   ├── DataFolderBusy          data_folder_busy
    │   ├── DatabaseUnavailable     database_unavailable
    │   ├── VectorStoreUnavailable  vector_store_unavailable
    │   ├── EncoderUnavailable      encoder_unavailable
    │   ├── EncoderOutOfMemory      encoder_out_of_memory
    │   ├── StorageFull             storage_full
    │   ├── IndexSwitched           index_switched
    │   ├── Overloaded              overloaded
    │   ├── VlmUnavailable          vlm_unavailable
    │   └── AnswerCancelled         answer_cancelled
    └── MissingDependency           missing_dependency   the message says what installs it

`code` is stable and part of the REST and CLI contracts; the message says what, got what, what to
do.
"""

from typing import Literal


class PagesightError(Exception):
    """Base of every failure raised on purpose."""

    code = "error"


class DocumentRejected(PagesightError):
    """The uploaded file cannot be indexed, and the file is the cause."""

    code = "document_rejected"


class NotADocument(DocumentRejected):
    """The bytes are neither a PDF nor a supported image."""

    code = "not_a_document"


class Encrypted(DocumentRejected):
    """The document needs a password to be read."""

    code = "encrypted"


class Corrupt(DocumentRejected):
    """No engine can open the document."""

    code = "corrupt"


class EmptyDocument(DocumentRejected):
    """The document has no bytes or no pages."""

    code = "empty"


class TooManyPages(DocumentRejected):
    """The document has more pages than the limit."""

    code = "too_many_pages"


class TooLarge(DocumentRejected):
    """The file has more bytes, or needs more memory, than the limit."""

    code = "too_large"


class PageTooLarge(DocumentRejected):
    """The page's box or aspect is outside what can be rendered."""

    code = "page_too_large"


class RenderTimeout(DocumentRejected):
    """The page or document took longer than its limit and was stopped."""

    code = "render_timeout"


class RenderFailed(DocumentRejected):
    """No engine could draw the page."""

    code = "render_failed"


class NotFound(PagesightError):
    """The named thing does not exist."""

    code = "not_found"


class CollectionNotFound(NotFound):
    """No collection of that name."""

    code = "collection_not_found"


class DocumentNotFound(NotFound):
    """No document of that id in the collection."""

    code = "document_not_found"


class PageNotFound(NotFound):
    """The document has no such page."""

    code = "page_not_found"


class JobNotFound(NotFound):
    """No job of that id."""

    code = "job_not_found"


class RebuildNotFound(NotFound):
    """The collection has no index beside the one that answers."""

    code = "rebuild_not_found"


class BlobNotFound(NotFound):
    """No stored bytes under that hash."""

    code = "blob_not_found"


class InvalidRequest(PagesightError):
    """The caller asked for something that cannot be."""

    code = "invalid_request"


class InvalidFilter(InvalidRequest):
    """A search filter that does not make sense."""

    code = "invalid_filter"


class InvalidSchema(InvalidRequest):
    """A JSON schema of fields to extract that is not understood here."""

    code = "invalid_schema"


class Conflict(PagesightError):
    """The request does not fit the present state."""

    code = "conflict"


class CollectionExists(Conflict):
    """A collection of that name is there already, with other settings."""

    code = "collection_exists"


class DocumentBusy(Conflict):
    """The document is being worked on in a way that excludes the request."""

    code = "document_busy"


class RebuildBusy(Conflict):
    """The collection's index is being rebuilt in a way that excludes the request."""

    code = "rebuild_busy"


class ManifestMismatch(PagesightError):
    """The index was built with other models or settings than the ones at hand."""

    code = "manifest_mismatch"


class PooledRowsMissing(ManifestMismatch):
    """The vector store is to score an index that has no pooled rows."""

    code = "pooled_rows_missing"


class ModelRejected(PagesightError):
    """A model whose bytes or rows are not what they must be."""

    code = "model_rejected"


class IndexIncomplete(PagesightError):
    """The vector store does not hold what was put into it."""

    code = "index_incomplete"


class Unavailable(PagesightError):
    """A part the request needs does not answer; trying again later may help."""

    code = "unavailable"


class DataFolderBusy(Unavailable):
    """Another process owns the data folder's vectors."""

    code = "data_folder_busy"


class DatabaseUnavailable(Unavailable):
    """The catalog's database cannot be reached or started."""

    code = "database_unavailable"


class VectorStoreUnavailable(Unavailable):
    """The vector store cannot be reached or answers with an error."""

    code = "vector_store_unavailable"


class EncoderUnavailable(Unavailable):
    """The encoder or its server does not answer, was closed, or has too much waiting for it."""

    code = "encoder_unavailable"


class EncoderOutOfMemory(Unavailable):
    """One page or question alone does not fit in the device's memory."""

    code = "encoder_out_of_memory"


class StorageFull(Unavailable):
    """The disk is below its watermark; reads and deletes go on."""

    code = "storage_full"


class IndexSwitched(Unavailable):
    """The collection changed to another index while a document was put into the old one."""

    code = "index_switched"


class Overloaded(Unavailable):
    """More is asked for than can be worked on.

    Args:
        message: what, and what to do.
        reason: `full` where the line of waiting requests was, `late` where the wait was too long.
    """

    code = "overloaded"

    def __init__(self, message: str, *, reason: Literal["full", "late"] = "full") -> None:
        super().__init__(message)
        self.reason = reason


class VlmUnavailable(Unavailable):
    """The vision-language model does not answer."""

    code = "vlm_unavailable"


class AnswerCancelled(Unavailable):
    """The model was told to stop: the one who asked has left, or the service is closing."""

    code = "answer_cancelled"


class MissingDependency(PagesightError):
    """A program or package that the request needs is not installed."""

    code = "missing_dependency"
