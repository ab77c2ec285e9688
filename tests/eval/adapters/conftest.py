"""A desk whose searches tests of adapters can rely on."""

import pytest

from api.desk import LocalDesk
from api.service import Service


@pytest.fixture
def desk(service: Service) -> LocalDesk:
    """The service of the tests, at a desk."""
    return LocalDesk(service)
