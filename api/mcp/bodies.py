"""The JSON of the tools that REST has no shape for."""

from api.schemas import Body, CollectionBody


class CollectionSummary(Body):
    """A collection, with what an agent chooses one by."""

    name: str
    language: list[str]
    documents: int
    warnings: list[str]


class CollectionList(Body):
    """The collections by name."""

    collections: list[CollectionSummary]


def summary(found: CollectionBody) -> CollectionSummary:
    """Show a collection."""
    return CollectionSummary(
        name=found.name,
        language=found.language,
        documents=found.documents,
        warnings=found.warnings,
    )
