"""An encoder whose pages are gathered before they are encoded, whoever sent them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from index.encoders.base import Encoder, ModelPin, PageContent
from index.records import PageWords, Question, RowChoice, Rows

Gather = Callable[[PageContent], Awaitable[Rows | Exception]]


class BatchedEncoder:
    """Hands each page to what gathers pages; questions and contexts go straight to the encoder.

    Its threads are those of requests: a loop of its own process gathers meanwhile.

    Args:
        encoder: the encoder.
        gather: takes a page and gives its rows, or what went wrong, on `loop`.
        loop: where it runs.
    """

    def __init__(self, encoder: Encoder, gather: Gather, loop: asyncio.AbstractEventLoop) -> None:
        self._encoder = encoder
        self._gather = gather
        self._loop = loop

    @property
    def pin(self) -> ModelPin:
        """What this encoder is, exactly."""
        return self._encoder.pin

    @property
    def rows(self) -> RowChoice:
        """Which rows a page gets."""
        return self._encoder.rows

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        """Encode each page, together with those of other requests."""
        return asyncio.run_coroutine_threadsafe(self._each(pages), self._loop).result()

    def encode_context(self, context: PageWords) -> Rows:
        """Encode what a document is called."""
        return self._encoder.encode_context(context)

    def encode_question(self, text: str) -> Question:
        """Encode a question."""
        return self._encoder.encode_question(text)

    async def _each(self, pages: Sequence[PageContent]) -> list[Rows]:
        return [_made(one) for one in await asyncio.gather(*map(self._gather, pages))]


def pixels(pages: Sequence[PageContent]) -> int:
    """Return the area of some pages; one without a picture counts as one pixel."""
    return sum(max(page.image.shape[0] * page.image.shape[1], 1) for page in pages)


def encode_apart(encoder: Encoder, pages: Sequence[PageContent]) -> list[Rows | Exception]:
    """Encode pages of several requests together; where that fails, each alone.

    So nobody's page fails for another's.
    """
    try:
        return [*encoder.encode_pages(pages)]
    except Exception as error:  # noqa: BLE001  it is handed to the request that the page is of
        if len(pages) == 1:
            return [error]
        return [made for page in pages for made in encode_apart(encoder, [page])]


def _made(rows: Rows | Exception) -> Rows:
    if isinstance(rows, Exception):
        raise rows
    return rows
