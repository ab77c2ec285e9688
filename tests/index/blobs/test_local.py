import shutil
from pathlib import Path

import pytest

from index.blobs.local import LocalBlobs
from index.errors import BlobStoreUnavailable


def test_a_local_blob_is_lent_where_it_lies_not_copied(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    stored = blobs.put(b"page")

    with blobs.file(stored.sha256) as path:
        assert path == tmp_path / stored.sha256[:2] / stored.sha256
    assert path.is_file()


def test_a_folder_that_is_gone_fails_its_check(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path / "blobs")
    shutil.rmtree(tmp_path / "blobs")

    with pytest.raises(BlobStoreUnavailable, match="gone or not writable"):
        blobs.check()
