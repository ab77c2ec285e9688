"""What a caller may do, and how the collections that it names are found.

The catalog keeps collections of all tenants by their full name: `tenant.name`, or plain `name` for
the default tenant. A caller never gets to say whose collection it means: its key does, and what it
names is made a full name before anything looks for it.
"""

from dataclasses import dataclass

from index.catalog.accounts import DEFAULT_TENANT, SCOPES, Account, Key, Scope
from index.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller may do.

    Attributes:
        tenant: whose collections it works with.
        scopes: what it may do with them.
        key: the key that says so; None where no key is asked for.
        is_operator: it may name every tenant's collections: it could read the folder as well.
    """

    tenant: str = DEFAULT_TENANT
    scopes: frozenset[Scope] = SCOPES
    key: Key | None = None
    is_operator: bool = False

    @property
    def key_id(self) -> str:
        """The key's id; empty where there is none."""
        return self.key.id if self.key else ""

    @property
    def account(self) -> Account:
        """Who pays for what it asks for."""
        return Account(self.tenant, self.key_id)

    def check(self, scope: Scope) -> None:
        """Do nothing when the caller may do this.

        Raises:
            Forbidden: its key does not reach so far.
        """
        if scope not in self.scopes:
            raise Forbidden(f"this needs the scope {scope!r}; the key has {sorted(self.scopes)}")

    def full_name(self, name: str) -> str:
        """Return the full name of the collection that the caller calls `name`."""
        if "." in name:
            return name.removeprefix(f"{DEFAULT_TENANT}.")
        return name if self.tenant == DEFAULT_TENANT else f"{self.tenant}.{name}"

    def own_name(self, name: str) -> str:
        """Return the full name of a collection that is the caller's, or is to be.

        Raises:
            Forbidden: it would be another tenant's.
        """
        found = self.full_name(name)
        if not self.owns(found):
            raise Forbidden(f"{name!r} would be another tenant's; leave out what is before the dot")
        return found

    def owns(self, full_name: str) -> bool:
        """Whether a collection is the caller's."""
        return self.is_operator or tenant_of(full_name) == self.tenant

    def shown_name(self, full_name: str) -> str:
        """Return what the caller calls a collection."""
        tenant, _, name = full_name.rpartition(".")
        return name if tenant == self.tenant else full_name


OPERATOR = Access(is_operator=True)


def tenant_of(full_name: str) -> str:
    """Return whose a collection is."""
    return full_name.rpartition(".")[0] or DEFAULT_TENANT
