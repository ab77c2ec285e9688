from pathlib import Path

import pytest

from tests.index.blobs.places import Place, local_place, s3_place


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A place for blobs, empty: first the local folder, then the bucket."""
    if request.param == "local":
        return local_place(tmp_path)
    return s3_place(request.getfixturevalue("bucket"), tmp_path)
