"""Opens encoders by name, once each.

The names are `all-MiniLM-L6-v2` (the one that ships), a model of `index.encoders.registry`, or a
folder with a ColPali-family checkpoint or LoRA adapter. Where a vLLM server is named, it runs the
visual ones; where an encoder service is named, it runs what it has.
"""

import threading
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from index.devices import best_device
from index.encoders.base import Encoder
from index.encoders.minilm import MiniLmEncoder
from index.encoders.registry import find
from index.encoders.service.encoder import ServedEncoder, find_served
from index.encoders.service.servers import Servers, service_urls
from index.encoders.service.wire import Described
from index.errors import InvalidRequest
from index.manifest import IndexManifest
from index.records import RowChoice

if TYPE_CHECKING:
    from index.encoders.visual.checkpoint import Source

SHIPPED = "all-MiniLM-L6-v2"


@dataclass(frozen=True, slots=True)
class EncoderChoice:
    """An encoder and which of its rows a page gets; `rows` None is the best that it has.

    With `words` the encoder that ships reads the words of every page beside it.

    Raises:
        InvalidRequest: there are no such rows.
    """

    name: str = SHIPPED
    rows: RowChoice | None = None
    words: bool = False

    def __post_init__(self) -> None:
        if self.rows is not None and self.rows not in get_args(RowChoice):
            raise InvalidRequest(f"rows are {', '.join(get_args(RowChoice))}, got {self.rows!r}")
        if self.words and self.name == SHIPPED:
            raise InvalidRequest(
                f"{SHIPPED} reads the words already; it needs no second arm of them"
            )


@dataclass(frozen=True, slots=True)
class ShelfSettings:
    """How encoders are opened.

    Attributes:
        threads: processor threads of the one that ships.
        records: folder of the rows that visual models made when they were first trusted.
        allow_network: whether a model may be fetched from the hub.
        url: of what runs encoders: a vLLM server, or the servers of an encoder service; None runs
            them here.
        key: its key; empty where it has none.
    """

    threads: int
    records: Path
    allow_network: bool = False
    url: str | None = None
    key: str = field(default="", repr=False)


class EncoderShelf:
    """Encoders that are open, and how to open others."""

    def __init__(self, settings: ShelfSettings) -> None:
        self._settings = settings
        self._open: dict[tuple[str, RowChoice], Encoder] = {}
        self._lock = threading.Lock()
        self._closing = ExitStack()
        self._service_urls = service_urls(settings.url or "")

    def put(self, encoder: Encoder) -> None:
        """Keep an encoder that is open already; whoever opened it closes it."""
        self._open[encoder.pin.name, encoder.rows] = encoder

    def settle(self, choice: EncoderChoice) -> tuple[str, RowChoice]:
        """Return the name of an encoder and the rows that it will give.

        Raises:
            InvalidRequest: no such encoder, or it has no such rows.
        """
        if choice.rows is not None:
            return choice.name, choice.rows
        known = [rows for name, rows in self._open if name == choice.name]
        if known:
            return choice.name, known[0]
        if self._service_urls and (told := self._told(choice.name, None)) is not None:
            return choice.name, told.rows
        if choice.name == SHIPPED:
            return choice.name, "text"
        if self._settings.url and not self._service_urls:  # vLLM gives no others
            return choice.name, "patch"
        return choice.name, _best_rows(choice.name)

    def open(self, name: str, rows: RowChoice) -> Encoder:
        """Return an encoder, opening it where it is not open yet.

        Raises:
            InvalidRequest: no such encoder, or it has no such rows.
            MissingDependency: the packages that it needs are not installed.
            ModelRejected: its files or its rows are not what they must be.
            Unavailable: the hub or the server that runs it does not answer.
        """
        with self._lock:
            if (name, rows) not in self._open:
                self._open[name, rows] = self._opened(name, rows)
            return self._open[name, rows]

    def of(self, manifest: IndexManifest) -> Encoder:
        """Return the encoder that a collection was built with."""
        return self.open(manifest.encoder, manifest.rows)

    def close(self) -> None:
        """Close every encoder that was opened here; twice equals once."""
        with self._lock:
            self._closing.close()

    def _opened(self, name: str, rows: RowChoice) -> Encoder:
        if self._service_urls and (told := self._told(name, rows)) is not None:
            return self._of_service(told)
        if name == SHIPPED:
            if rows != "text":
                raise InvalidRequest(f"{SHIPPED} reads words: it has text rows and no {rows} rows")
            return MiniLmEncoder.open(threads=self._settings.threads)
        if self._service_urls:
            raise InvalidRequest(
                f"no server of {self._settings.url} has {rows} rows of {name}; start one with "
                f"`pagesight encoder --encoder {name} --rows {rows}`"
            )
        source = _source(name, allow_network=self._settings.allow_network)
        if self._settings.url is not None:
            return self._served(source, rows, self._settings.url)
        from index.encoders.visual.encoder import VisualEncoder  # noqa: PLC0415  only when wanted

        encoder = VisualEncoder.open(
            source, rows=rows, device=best_device(), records=self._settings.records
        )
        self._closing.callback(encoder.close)
        return encoder

    def _told(self, name: str, rows: RowChoice | None) -> Described | None:
        """Return what the service says of an encoder; None where it has no such one."""
        with closing(Servers(self._service_urls, self._settings.key)) as servers:
            return find_served(name, rows, servers)

    def _of_service(self, told: Described) -> Encoder:
        servers = Servers(self._service_urls, self._settings.key)
        encoder = ServedEncoder.open(told, servers, records=self._settings.records)
        self._closing.callback(encoder.close)
        return encoder

    def _served(self, source: "Source", rows: RowChoice, url: str) -> Encoder:
        from index.encoders.visual.pooling_api import PoolingApi  # noqa: PLC0415  likewise
        from index.encoders.visual.remote import VllmEncoder  # noqa: PLC0415  likewise

        server = PoolingApi(url, self._settings.key)
        encoder = VllmEncoder.open(source, server, rows=rows, records=self._settings.records)
        self._closing.callback(encoder.close)
        return encoder


def _source(name: str, *, allow_network: bool) -> "Source":
    from index.encoders.visual.checkpoint import Source  # noqa: PLC0415  only when wanted

    if not Path(name).is_dir():
        find(name)
    return Source(name, allow_network=allow_network)


def _best_rows(name: str) -> RowChoice:
    """Patch rows fused with text rows where the model reads text; else patch rows."""
    if not Path(name).is_dir():
        return "fused" if find(name).text_tower else "patch"
    from index.encoders.visual.checkpoint import Source, find_checkpoint  # noqa: PLC0415  likewise
    from index.encoders.visual.families import family_of  # noqa: PLC0415  likewise

    reads_text = family_of(find_checkpoint(Source(name)).model_type).reads_text
    return "fused" if reads_text else "patch"
