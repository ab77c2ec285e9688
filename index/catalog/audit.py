"""The audit log: who changed what, in lines that are chained by their digests.

A line's digest is the SHA-256 of its canonical JSON, which holds the digest of the line before. Who
changes, removes or inserts a line breaks the chain there. Lines that are cut off at the end, and a
log that was written anew as a whole, show only to who kept a digest of it elsewhere. The shape is
that of a hash chain after Schneier and Kelsey, "Secure Audit Logs to Support Computer Forensics"
(1999), without their forward-secure keys.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, insert, select

from index.catalog.lines import BEGINNING, Deed, Line, Verdict, digest
from index.catalog.schema import audit

AUDIT_LOCK = 0x6175_6469  # "audi": any number will do, as long as every process agrees
READ_LINES = 1000


class AuditLog:
    """Appends and reads lines; a fleet shares one chain."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(self, deed: Deed) -> Line:
        """Add a line.

        Raises:
            DatabaseUnavailable: the catalog does not answer; nothing was added.
        """
        with self._engine.begin() as connection:
            return append_line(connection, deed)

    def lines(
        self,
        *,
        after: int = 0,
        limit: int = 100,
        tenant: str | None = None,
        since: datetime | None = None,
    ) -> list[Line]:
        """Return up to `limit` lines behind the line `after`, those of one tenant or all."""
        query = select(audit).where(audit.c.number > after)
        if tenant is not None:
            query = query.where(audit.c.tenant == tenant)
        if since is not None:
            query = query.where(audit.c.at >= since)
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(audit.c.number).limit(limit)).all()
        return [_line(row) for row in rows]

    def verify(self, head: str | None = None) -> Verdict:
        """Walk along the chain, up to the first line that is not as it was written.

        Args:
            head: a digest that was kept elsewhere, which the chain must still hold.
        """
        verdict, is_held = Verdict(0, BEGINNING), head in (None, BEGINNING)
        for line in self._all():
            if reason := _fault(verdict, line):
                return Verdict(verdict.n_lines, verdict.head, verdict.n_lines + 1, reason)
            verdict = Verdict(line.number, line.digest)
            is_held = is_held or line.digest == head
        if is_held:
            return verdict
        told = f"no line has the digest {head}: lines were cut off, or all were written anew"
        return Verdict(verdict.n_lines, verdict.head, verdict.n_lines + 1, told)

    def _all(self) -> Iterator[Line]:
        after = 0
        while found := self.lines(after=after, limit=READ_LINES):
            yield from found
            after = found[-1].number


def append_line(connection: Connection, deed: Deed) -> Line:
    """Add a line within a transaction; the next one waits for its end."""
    connection.execute(select(func.pg_advisory_xact_lock(AUDIT_LOCK)))
    last = connection.execute(select(audit).order_by(audit.c.number.desc()).limit(1)).one_or_none()
    number, previous = (last.number + 1, last.digest) if last else (1, BEGINNING)
    at = connection.execute(select(func.clock_timestamp())).scalar_one()
    line = Line(number, at, deed, previous, "")
    fields = {**asdict(deed), "about": dict(deed.about)}
    row = {**fields, "number": number, "at": at, "previous": previous, "digest": digest(line)}
    return _line(connection.execute(insert(audit).values(row).returning(audit)).one())


def _fault(before: Verdict, line: Line) -> str:
    """Say what is wrong with a line that comes behind those that were found right."""
    expected = before.n_lines + 1
    if line.number != expected:
        return f"line {expected} is missing"
    if line.previous != before.head:
        return f"line {line.number} does not follow the line before: one was put in or replaced"
    if line.digest != digest(line):
        return f"line {line.number} was changed"
    return ""


def _line(row: Row[Any]) -> Line:
    deed = Deed(row.action, row.who, row.tenant, row.result, row.request, row.about)
    return Line(row.number, row.at, deed, row.previous, row.digest)
