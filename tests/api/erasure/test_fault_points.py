"""Every point where a test can have the process die lies on the way of real work."""

import json
import os
import subprocess
import sys
from pathlib import Path

from index.catalog.database import Database
from index.faults import POINTS

ROOT = Path(__file__).parents[3]
RECORDS = """
import json, sys
from pathlib import Path
from index import faults

passed = []
faults.fault_point = passed.append  # before anybody imports it

from api.callers.access import OPERATOR
from api.erasure.erasing import Erasing
from api.service import Service
from index.encoders.shelf import EncoderChoice
from tests.tiny import HashedWords, pdf, settings

chosen = settings(Path(sys.argv[1]), database_url=sys.argv[2])
service = Service.build(chosen, encoder=HashedWords())
service.shelf.put(HashedWords(name="synonyms"))
service.create_collection("default")
document, _ = service.upload("default", "report.pdf", [pdf("heron")], {})
service.worker.run_until_empty()
service.replace("default", document.id, "report.pdf", [pdf("dam")])
service.worker.run_until_empty()
service.rebuilds.begin("default", EncoderChoice("synonyms"))
service.worker.run_until_empty()
service.upload("default", "other.pdf", [pdf("weir")], {})
service.worker.run_until_empty()
service.delete_document("default", document.id)
Erasing(service).erase(OPERATOR)
service.close()
print(json.dumps(passed))
"""


def test_every_point_is_passed_by_real_work(database: Database, data_folder: Path) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    ended = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", RECORDS, str(data_folder), url],
        env={**os.environ, "PYTHONPATH": str(ROOT)},  # noqa: TID251  a child's
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(json.loads(ended.stdout.splitlines()[-1])) == set(POINTS)
