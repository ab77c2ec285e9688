"""A desk whose searches tests of adapters can rely on."""

import pytest

from api.desk import LocalDesk
from api.service import Service
from eval.extra import open_mteb

open_mteb()  # before a test file imports it: its torchvision may be built for another torch


@pytest.fixture
def desk(service: Service) -> LocalDesk:
    """The service of the tests, at a desk."""
    return LocalDesk(service)
