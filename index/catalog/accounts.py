"""Keys, who pays, and what was used up: plain values of the catalog."""

import re
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, get_args

from index.errors import InvalidRequest

Scope = Literal["ingest", "query", "read", "delete", "eval", "admin"]
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))
TENANT = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
DEFAULT_TENANT = "default"
MAX_NAME = 200


@dataclass(frozen=True, slots=True)
class KeyLimits:
    """What a key may use up; None is no limit.

    Attributes:
        requests_per_minute: requests of any kind.
        pages_per_day: pages indexed, counted when a document is ready.
        tokens_per_day: tokens of a model, read and written.
    """

    requests_per_minute: int | None = None
    pages_per_day: int | None = None
    tokens_per_day: int | None = None

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if value is not None and value < 1:
                raise InvalidRequest(f"{name} must be at least 1, got {value}")


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key to be made.

    Attributes:
        name: what it is for, in the words of who made it.
        expires_at: when it stops working; None is never.
    """

    name: str
    tenant: str = DEFAULT_TENANT
    scopes: frozenset[Scope] = SCOPES
    limits: KeyLimits = field(default_factory=KeyLimits)
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if not TENANT.fullmatch(self.tenant):
            raise InvalidRequest(f"a tenant is 1 to 32 of a-z, 0-9 and -, got {self.tenant!r}")
        if not self.name.strip() or len(self.name) > MAX_NAME:
            raise InvalidRequest(f"a key's name has 1 to {MAX_NAME} characters")
        unknown = self.scopes - SCOPES
        if unknown or not self.scopes:
            raise InvalidRequest(
                f"a key's scopes are some of {', '.join(sorted(SCOPES))}, "
                f"got {', '.join(sorted(unknown)) or 'none'}"
            )


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is kept: everything but its secret."""

    id: str
    tenant: str
    name: str
    scopes: frozenset[Scope]
    limits: KeyLimits
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    def is_good(self, now: datetime) -> bool:
        """Whether it still works."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Account:
    """Who pays: a key, or a tenant without one (`key` is empty)."""

    tenant: str = DEFAULT_TENANT
    key: str = ""


NOBODY = Account()


@dataclass(frozen=True, slots=True)
class Spent:
    """What was used up.

    Attributes:
        questions: those that were answered or refused.
        pages: those of documents that became ready.
        estimated_tokens: what models were expected to read.
        input_tokens: what they read: as they reported, or as estimated where they report nothing.
        output_tokens: what they wrote.
        cost: by the table of prices, in its currency.
    """

    questions: int = 0
    pages: int = 0
    estimated_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal(0)

    @property
    def tokens(self) -> int:
        """Tokens of models, read and written."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class DaySpent:
    """What one account used up on one day."""

    day: date
    account: Account
    spent: Spent
