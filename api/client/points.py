"""What the owner of a data folder holds of pages, for who makes a backup beside it."""

from collections.abc import Sequence
from uuid import UUID

import httpx

from api.client.connection import options
from index.errors import PageNotFound, VectorStoreUnavailable

TIMEOUT_S = 120


class OwnedPoints:
    """Points of the vector store that a running server owns.

    Args:
        url: where it serves.
        secret: what it lets in whoever can read its folder by.
    """

    def __init__(self, url: str, secret: str) -> None:
        self._http = httpx.Client(**options(url, secret, TIMEOUT_S))

    def read(self, store: str, generation: UUID, pages: Sequence[int]) -> bytes:
        """Return a file with the points of some pages.

        Raises:
            PageNotFound: one of them is not there.
            VectorStoreUnavailable: the server or its store does not answer.
        """
        path = f"/v1/points/{store}/{generation}"
        try:
            answer = self._http.get(path, params={"page": [str(page) for page in pages]})
        except httpx.HTTPError as error:
            raise VectorStoreUnavailable(f"the server stopped answering: {error}") from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise PageNotFound(answer.json()["detail"])
        if not answer.is_success:
            raise VectorStoreUnavailable(
                f"the server answers {answer.status_code} to a read of pages: {answer.text[:200]}"
            )
        return answer.content

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()
