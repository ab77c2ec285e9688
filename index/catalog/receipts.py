"""Requests that carry a key and are done once, whichever process gets them (idempotency keys).

The shape is that of draft-ietf-httpapi-idempotency-key-header: the same key with the same request
gets the answer of the first; with another request, or while the first goes on, it is refused.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, Connection, Engine, delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from index.catalog.schema import receipts
from index.errors import IdempotencyKeyReused, RequestInProgress

KEPT_FOR = timedelta(hours=24)
WORKED_ON_FOR = timedelta(minutes=5)  # then the process that began is taken for dead


@dataclass(frozen=True, slots=True)
class Claim:
    """A request with its key.

    Attributes:
        owner: whose key it is; two owners may use the same one.
        key: as the caller chose it.
        fingerprint: of the request.
    """

    owner: str
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered."""

    status: int
    media_type: str
    body: bytes


class Receipts:
    """Remembers what was answered.

    Args:
        engine: the catalog's database.
        kept_for: how long an answer is kept.
        worked_on_for: how long a request may take before another process may begin it anew.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        kept_for: timedelta = KEPT_FOR,
        worked_on_for: timedelta = WORKED_ON_FOR,
    ) -> None:
        self._engine = engine
        self._kept_for = kept_for
        self._worked_on_for = worked_on_for

    def begin(self, claim: Claim) -> Receipt | None:
        """Return what was answered to the request, or None when it is now the caller's to do.

        Raises:
            IdempotencyKeyReused: the key came with another request before.
            RequestInProgress: the same request is being worked on.
        """
        row = {
            "owner": claim.owner,
            "key": claim.key,
            "fingerprint": claim.fingerprint,
            "expires_at": func.now() + self._worked_on_for,
        }
        with self._engine.begin() as connection:
            _forget_expired(connection)
            begun = connection.execute(
                upsert(receipts).values(row).on_conflict_do_nothing().returning(receipts.c.key)
            ).one_or_none()
            return None if begun else _known(connection, claim)

    def finish(self, claim: Claim, receipt: Receipt) -> None:
        """Keep what was answered."""
        answered = {
            "status": receipt.status,
            "media_type": receipt.media_type,
            "body": receipt.body,
            "expires_at": func.now() + self._kept_for,
        }
        with self._engine.begin() as connection:
            connection.execute(update(receipts).where(*_is_open(claim)).values(answered))

    def give_up(self, claim: Claim) -> None:
        """Forget a request that came to nothing: the same key may try again."""
        with self._engine.begin() as connection:
            connection.execute(delete(receipts).where(*_is_open(claim)))


def _forget_expired(connection: Connection) -> None:
    """Drop what has expired, past what another process is dropping."""
    key = tuple_(receipts.c.owner, receipts.c.key)
    expired = (
        select(receipts.c.owner, receipts.c.key)
        .where(receipts.c.expires_at <= func.now())
        .with_for_update(skip_locked=True)
    )
    connection.execute(delete(receipts).where(key.in_(expired)))


def _known(connection: Connection, claim: Claim) -> Receipt | None:
    row = connection.execute(
        select(receipts).where(receipts.c.owner == claim.owner, receipts.c.key == claim.key)
    ).one_or_none()
    if row is not None and row.fingerprint != claim.fingerprint:
        raise IdempotencyKeyReused(
            f"Idempotency-Key {claim.key!r} came with another request before; take a new key"
        )
    if row is None or row.status is None:
        raise RequestInProgress(
            f"the request of Idempotency-Key {claim.key!r} is being worked on; ask again"
        )
    return Receipt(row.status, row.media_type, row.body)


def _is_open(claim: Claim) -> tuple[ColumnElement[bool], ...]:
    return (
        receipts.c.owner == claim.owner,
        receipts.c.key == claim.key,
        receipts.c.fingerprint == claim.fingerprint,
        receipts.c.status.is_(None),
    )
