"""The encoder that another process holds, as if it were here.

The service says which model it has; every request names it by a digest, so that a server with
another one refuses. Rows are checked as they come, and proven at the start like those of any
encoder.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

from index.encoders.base import ModelPin, PageContent
from index.encoders.service import wire
from index.encoders.service.servers import PAGES, QUESTIONS, Servers
from index.encoders.visual.proof import Record, prove
from index.errors import EncoderUnavailable, InvalidRequest, ModelRejected
from index.records import PageWords, Question, RowChoice, Rows

AT_ONCE = 8  # pages on their way


class ServedEncoder:
    """Encodes on the servers of an encoder service. Any number of threads may share it.

    Args:
        told: which encoder that is.
        servers: closed with the encoder.
    """

    def __init__(self, told: wire.Described, servers: Servers) -> None:
        self._told = told
        self._servers = servers

    @classmethod
    def open(
        cls,
        told: wire.Described,
        servers: Servers,
        *,
        records: Path | None = None,
        probe: bool = True,
    ) -> Self:
        """Take an encoder as a service describes it, and prove its rows.

        Args:
            told: what the service says.
            servers: closed when this fails.
            records: folder of the rows that models made when they were first trusted; None leaves
                that comparison out.
            probe: whether the model must prefer the right one of two questions. Only a trained
                model can.

        Raises:
            EncoderUnavailable: the service does not answer.
            ModelRejected: the proof fails; the message says where.
        """
        encoder = cls(told, servers)
        try:
            record = Record(f"{told.pin.name}@{told.pin.revision}", told.rows, "service")
            prove(encoder, record, folder=records, probe=probe)
        except Exception:
            servers.close()
            raise
        return encoder

    @property
    def pin(self) -> ModelPin:
        """What the encoder is, as the service says."""
        return self._told.pin

    @property
    def rows(self) -> RowChoice:
        """Which rows a page gets."""
        return self._told.rows

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        """Encode each page.

        A page with a picture is a request of its own: several are sent at once, and the service
        lets those that fit share a pass. Pages of words alone are one request, and one batch.

        Raises:
            EncoderUnavailable: no server has room or answers in time.
            ModelRejected: the rows are not usable.
        """
        if self.rows == "text":
            return self._page_rows(pages)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return [rows for [rows] in pool.map(self._page_rows, ([page] for page in pages))]

    def encode_context(self, context: PageWords) -> Rows:
        """Encode what a document is called; raises as `encode_pages`."""
        if self.rows == "patch":
            return Rows.none(self.pin.dim)
        page = wire.pack_pages([PageContent(wire.BLANK, context)], "text")
        return self._read_rows("/encoder/context", page, n_pages=1)[0]

    def encode_question(self, text: str) -> Question:
        """Encode a question.

        Raises:
            EncoderUnavailable: no server has room or answers in time.
            InvalidRequest: the question has no words.
            ModelRejected: the rows are not usable.
        """
        if not text.strip():
            raise InvalidRequest("the question is empty; ask with at least one word")
        tag = self._told.tag
        body = self._servers.encode("/encoder/question", text.encode(), tag=tag, patience=QUESTIONS)
        try:
            return wire.unpack_question(body, dim=self.pin.dim)
        except ValueError as error:
            raise ModelRejected(f"{self.pin.name} of the service: {error}") from error

    def close(self) -> None:
        """Let go of the service; what comes later is refused."""
        self._servers.close()

    def _page_rows(self, pages: Sequence[PageContent]) -> list[Rows]:
        body = wire.pack_pages(pages, self.rows)
        return self._read_rows("/encoder/pages", body, n_pages=len(pages))

    def _read_rows(self, path: str, body: bytes, *, n_pages: int) -> list[Rows]:
        answer = self._servers.encode(path, body, tag=self._told.tag, patience=PAGES)
        try:
            return wire.unpack_rows(answer, n_pages=n_pages, dim=self.pin.dim)
        except ValueError as error:
            raise ModelRejected(f"{self.pin.name} of the service: {error}") from error


def find_served(name: str, rows: RowChoice | None, servers: Servers) -> wire.Described | None:
    """Return what the servers say of an encoder; None where none of them has it.

    Raises:
        EncoderUnavailable: no server answers, or they have different encoders of that name.
    """
    told = [one for one in servers.describe().values() if one.pin.name == name]
    found = {one.tag: one for one in told if rows in (one.rows, None)}
    if len(found) > 1:
        raise EncoderUnavailable(
            f"the servers have different encoders {name}; give all of them the same files and rows"
        )
    return next(iter(found.values()), None)
