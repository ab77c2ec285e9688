"""The JSON of API keys."""

from datetime import datetime
from typing import Literal

from pydantic import AwareDatetime, Field

from api.schemas import Body, RequestBody
from index.catalog.keys import DEFAULT_TENANT, SCOPES, Key, KeyLimits, NewKey

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
