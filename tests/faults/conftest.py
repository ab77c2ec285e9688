"""What several files of faults need."""

from collections.abc import Iterator

import pytest

from tests.faults.proxy import PASS, FaultProxy


@pytest.fixture
def well_again(proxy: FaultProxy) -> Iterator[None]:
    """Whatever a test did to the network, the next one begins without trouble."""
    yield
    proxy.suffer(PASS)
