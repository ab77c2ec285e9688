"""A disk that is truly full: the embedded store must be opened to delete from it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.catalog.database import Database
from tests.small_disk import NEEDS_ROOT, fill, small_disk
from tests.tiny import pdf

ROOT = Path(__file__).parents[2]
INDEXES = """
import sys
from pathlib import Path
from api.service import Service
from tests.tiny import HashedWords, index, settings

chosen = settings(Path(sys.argv[1]), database_url=sys.argv[2], min_free_bytes=160 << 20)
service = Service.build(chosen, encoder=HashedWords())
index(service, "report.pdf", Path(sys.argv[3]).read_bytes())
service.close()
"""
DELETES = """
import sys
from pathlib import Path
from api.service import Service
from index.errors import StorageFull
from retrieval.hits import SearchQuery
from tests.tiny import HashedWords, settings

chosen = settings(Path(sys.argv[1]), database_url=sys.argv[2], min_free_bytes=160 << 20)
service = Service.build(chosen, encoder=HashedWords())
assert service.search("default", SearchQuery("heron")).hits
try:
    service.upload("default", "more.pdf", [b"%PDF"], {})
except StorageFull as error:
    print(error)
(document,) = service.catalog.documents("default")
service.delete_document("default", document.id)
assert not service.search("default", SearchQuery("heron")).hits
assert not service.garbage.dead_generations()
service.close()
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", mib=512) as folder:
        yield folder


def run(script: str, *args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  our own programs
        [sys.executable, "-c", script, *map(str, args)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251  a child's
        capture_output=True,
        text=True,
        check=False,
    )


@NEEDS_ROOT
def test_a_full_disk_refuses_files_and_goes_on_searching_and_deleting(
    disk: Path, tmp_path: Path, database: Database
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    report = tmp_path / "report.pdf"
    report.write_bytes(pdf("heron"))
    indexed = run(INDEXES, disk / "data", url, report)
    assert indexed.returncode == 0, indexed.stderr
    again = run(INDEXES, disk / "data", url, report)  # takes the ballast
    assert again.returncode == 0, again.stderr
    assert (disk / "data" / "ballast").stat().st_size == 128 << 20
    fill(disk)

    ended = run(DELETES, disk / "data", url)

    assert ended.returncode == 0, ended.stderr
    assert "must stay free" in ended.stdout
