"""What a caller sends to have a document fetched."""

from pathlib import PurePosixPath
from typing import Any

import httpx
from pydantic import Field

from api.schemas import RequestBody
from api.uploads import MAX_NAME
from ingest.fetching.hosts import MAX_URL


class FromUrl(RequestBody):
    """A document to fetch."""

    url: str = Field(
        max_length=MAX_URL,
        description="https, to a host that the operator has listed; redirects are not followed",
        examples=["https://example.org/report.pdf"],
    )
    name: str | None = Field(
        None, min_length=1, max_length=MAX_NAME, description="the URL's last part when left out"
    )
    metadata: dict[str, Any] = Field(default_factory=dict, description="plain values")

    @property
    def document_name(self) -> str:
        """What to call the document: as asked for, or as the URL does."""
        url = httpx.URL(self.url)
        return self.name or PurePosixPath(url.path).name or url.host
