"""Requests that schemathesis draws from the OpenAPI description, against a real server."""

import subprocess
import sys
from pathlib import Path

import pytest

from api.app import create_app
from api.service import Service
from tests.serving import served
from tests.tiny import index, pdf

SEED = 20_260_801
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
AIMED = """\
request-timeout = 120
max-stream-events = 5
warnings = false

[parameters]
"path.collection" = "default"
"path.document" = "{document}"
"path.job" = "{job}"
"path.page" = 1

[[operations]]
include-method = "DELETE"
parameters = {{ "path.collection" = "spare" }}
"""
ANYWHERE = """\
request-timeout = 120
max-stream-events = 5
warnings = false
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "max_examples"), [(AIMED, 12), (ANYWHERE, 6)], ids=["aimed", "anywhere"]
)
def test_no_request_gets_what_the_description_does_not_tell(
    service: Service, tmp_path: Path, settings: str, max_examples: int
) -> None:
    for collection in ("default", "spare"):
        document = index(service, "dams.pdf", pdf("The dam is tall", "Herons nest"), collection)
    document = index(service, "herons.pdf", pdf("Herons nest on the island"))
    (job, *_) = service.ledger.jobs("default")
    (tmp_path / "schemathesis.toml").write_text(settings.format(document=document, job=job.id))

    with served(create_app(service)) as url:
        told = subprocess.run(  # noqa: S603  our own environment's program
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json"),
                *("--checks", ",".join(CHECKS), "--max-examples", str(max_examples)),
                *("--seed", str(SEED), "--phases", "examples,coverage,fuzzing"),
                *("--exclude-operation-id", "import_questions"),  # JSON lines: it can draw none
                *("--no-color", "--continue-on-failure", "--generation-database", "none"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=500,
        )

    assert told.returncode == 0, told.stdout[-20_000:] + told.stderr[-2000:]
    assert "No issues found" in told.stdout
