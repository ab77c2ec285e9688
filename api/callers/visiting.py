"""Collections as a caller names them: its own, or a public one of another tenant."""

from api.callers.access import Access
from index.catalog.accounts import Scope
from index.catalog.catalog import Catalog
from index.catalog.entries import Collection
from index.errors import CollectionNotFound

READING: frozenset[Scope] = frozenset({"read", "query"})  # what others may do with a public one


def resolve(catalog: Catalog, access: Access, name: str, scope: Scope) -> str:
    """Return the full name of the collection that a caller means, for what it wants to do.

    Raises:
        CollectionNotFound: it is another tenant's; told as if nobody had one of that name.
    """
    full_name = access.full_name(name)
    if access.owns(full_name) or (scope in READING and _is_public(catalog, full_name)):
        return full_name
    raise CollectionNotFound(f"no collection {name!r}; create it or ingest into it first")


def owned(catalog: Catalog, access: Access) -> list[Collection]:
    """Return the collections that are the caller's, by name."""
    return [one for one in catalog.collections() if access.owns(one.name)]


def _is_public(catalog: Catalog, full_name: str) -> bool:
    try:
        return catalog.collection(full_name).visibility == "public"
    except CollectionNotFound:
        return False
