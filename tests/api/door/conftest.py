import pytest

from tests.api.door.slow import Slow


@pytest.fixture
def slow() -> Slow:
    """What answers when it is let to."""
    return Slow()
