"""The JSON of API keys."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from api.schemas import Body, RequestBody
from index.catalog.accounts import DEFAULT_TENANT, SCOPES, DaySpent, Key, KeyLimits, NewKey

ScopeName = Literal["ingest", "query", "read", "delete", "eval", "admin"]
AtLeastOne = Field(None, ge=1, le=2**53)


class LimitsBody(RequestBody):
    """What a key may use up; what is left out has no limit."""

    requests_per_minute: int | None = AtLeastOne
    pages_per_day: int | None = AtLeastOne
    tokens_per_day: int | None = AtLeastOne


class KeyRequest(RequestBody):
    """A key to make."""

    name: str = Field(min_length=1, max_length=200, examples=["web page"])
    scopes: list[ScopeName] = Field(
        default_factory=lambda: sorted(SCOPES), min_length=1, description="what it may do"
    )
    limits: LimitsBody = LimitsBody()
    expires_at: AwareDatetime | None = Field(None, description="never, when it is left out")

    def of(self, tenant: str) -> NewKey:
        """Return the key that is asked for, as one of a tenant's."""
        limits = KeyLimits(**dict(self.limits))
        return NewKey(self.name, tenant, frozenset(self.scopes), limits, self.expires_at)


class KeyBody(Body):
    """A key, without its secret."""

    id: str
    tenant: str = Field(examples=[DEFAULT_TENANT])
    name: str
    scopes: list[ScopeName]
    limits: LimitsBody
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class IssuedKey(KeyBody):
    """A key at the one time that its secret is shown."""

    token: str = Field(description="what its holder sends; it cannot be shown again")


class KeyList(Body):
    """The keys of a tenant, oldest first."""

    keys: list[KeyBody]


class DaySpentBody(Body):
    """What a key used up on a day (UTC)."""

    day: date
    tenant: str
    key: str = Field(description="empty for what was asked without a key")
    questions: int = Field(description="those that a model was asked")
    pages: int = Field(description="those of documents that became ready")
    estimated_tokens: int = Field(description="what models were expected to read")
    input_tokens: int
    output_tokens: int
    cost: float = Field(description="by `PAGESIGHT_VLM_PRICES`, in its currency")


class SpendingBody(Body):
    """What was used up, the latest day first."""

    days: list[DaySpentBody]


def spending_body(found: Sequence[DaySpent]) -> SpendingBody:
    """Show what was used up."""
    return SpendingBody(days=[_day(one) for one in found])


def _day(one: DaySpent) -> DaySpentBody:
    amounts = asdict(one.spent) | {"cost": float(one.spent.cost)}
    return DaySpentBody(day=one.day, **asdict(one.account), **amounts)


def key_body(key: Key) -> KeyBody:
    """Show a key."""
    return KeyBody(**_fields(key))


def issued_body(key: Key, token: str) -> IssuedKey:
    """Show a new key with its secret."""
    return IssuedKey(**_fields(key), token=token)


def _fields(key: Key) -> dict[str, object]:
    limits = key.limits
    return {
        **{name: getattr(key, name) for name in KeyBody.model_fields},
        "scopes": sorted(key.scopes),
        "limits": LimitsBody(
            requests_per_minute=limits.requests_per_minute,
            pages_per_day=limits.pages_per_day,
            tokens_per_day=limits.tokens_per_day,
        ),
    }
