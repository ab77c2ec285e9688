"""One service with small limits that a whole file of hostile documents goes through."""

from collections.abc import Iterator

import pytest

from api.service import Service
from index.catalog.database import Database
from ingest.bubblewrap import Absent, find_bubblewrap
from tests.conftest import fresh_database, open_service
from tests.hostile import pdfs
from tests.tiny import HashedWords, index

PAGE_S = 5.0


@pytest.fixture(
    scope="module",
    params=["require", pytest.param("off", marks=pytest.mark.slow)],
    ids=["bubblewrap", "limits alone"],
)
def hardened(
    request: pytest.FixtureRequest,
    postgres: Database,
    migrated: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """A service whose limits are small, warm from one honest document."""
    found = find_bubblewrap()
    if request.param == "require" and isinstance(found, Absent):
        pytest.skip(f"{found.reason}: {found.mend}")
    with fresh_database(postgres, migrated) as database:
        service = open_service(
            tmp_path_factory.mktemp("hostile"),
            database,
            HashedWords(),
            sandbox=request.param,
            page_timeout_s=PAGE_S,
            max_pages=200,
        )
        index(service, "warm.pdf", pdfs.honest("warmth"))
        yield service
        service.close()
