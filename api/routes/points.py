"""Points as they are stored, for a backup that the command line makes beside this server.

Only who can read the data folder is answered: rows tell what stands on their pages, of all tenants.
What is sent is no contract: both sides are of one version.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.routes.shared import AccessOf, ServiceOf, needs
from index.backup.writer import FILE_PAGES, StorePoints
from index.errors import Forbidden

router = APIRouter(prefix="/points", include_in_schema=False)


@router.get("/{store}/{generation}", dependencies=needs("admin"))
def read_points(
    service: ServiceOf,
    access: AccessOf,
    store: Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9._-]*$")],
    generation: UUID,
    page: Annotated[list[int], Query(min_length=1, max_length=FILE_PAGES)],
) -> Response:
    """Return a file with the points of some pages of a generation."""
    if not access.is_operator:
        raise Forbidden("points are for the command line on the server's own machine")
    content = StorePoints(service.vectors).read(store, generation, page)
    return Response(content, media_type="application/octet-stream")
