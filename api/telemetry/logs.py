"""The log: lines of JSON for programs, of text for people; each names the request it is of."""

import json
import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

Format = Literal["auto", "json", "text"]
REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
TEXT = "%(asctime)s %(levelname)s %(name)s %(message)s"
QUIET = ("alembic", "httpx", "httpx2")  # each tells at INFO what is told here already, or nothing
_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message"}
_PLAIN_VALUES = (str, int, float, bool, type(None))


def configure_logs(form: Format, *, level: int = logging.INFO) -> None:
    """Write the log of this process to standard error; `auto` is text in a terminal, else JSON."""
    if form == "auto":
        form = "text" if sys.stderr.isatty() else "json"
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines(TEXT))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, event, request id and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **_fields(record),
        }
        if record.exc_info:
            told["exception"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(told, ensure_ascii=False)


class TextLines(logging.Formatter):
    """The event's fields behind its text, as `name=value`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the lines of an exception."""
        first, *others = super().format(record).split("\n")
        fields = [f"{name}={value}" for name, value in _fields(record).items()]
        return "\n".join([" ".join([first, *fields]), *others])


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """Return what the event says beside its text: what `extra` held, and the request's id.

    Only plain values: an object that some library hangs on a record may say anything.
    """
    found: dict[str, object] = {
        name: value
        for name, value in record.__dict__.items()
        if name not in _PLAIN and isinstance(value, _PLAIN_VALUES)
    }
    request_id = REQUEST_ID.get()
    return {"request_id": request_id, **found} if request_id else found
