"""Documents by URL: fetched under the operator's rules, then taken in like any upload."""

from contextlib import closing

from api import parts
from api.bodies import upload_body
from api.callers.access import OPERATOR, Access
from api.documents.fetch_bodies import FromUrl
from api.schemas import Upload
from api.service import Service
from api.uploads import checked_metadata
from ingest.fetching.fetcher import Fetcher


class Fetching:
    """Takes documents by URL into a service.

    Args:
        service: which keeps them.
        fetcher: which gets them; the one that the service's settings lead to when None.
    """

    def __init__(self, service: Service, fetcher: Fetcher | None = None) -> None:
        self._service = service
        self._fetcher = fetcher or parts.fetcher(service.settings)

    def upload(self, collection: str, wanted: FromUrl, *, access: Access = OPERATOR) -> Upload:
        """Fetch a document and take it in; the job is None when the same bytes are there already.

        Raises:
            FetchingOff: no host is listed.
            UrlRefused: the URL leads elsewhere.
            FetchFailed: the other server does not give the document, or not in time.
            CollectionNotFound: no collection has that name.
            TooLarge: the document is.
        """
        self._fetcher.check(wanted.url)
        metadata = checked_metadata(wanted.metadata)
        with closing(self._fetcher.read(wanted.url)) as chunks:
            taken = self._service.upload(
                collection, wanted.document_name, chunks, metadata, access=access
            )
        return upload_body(*taken)
