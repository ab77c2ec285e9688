import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
HEAVY = "{'api.service', 'fastapi', 'scipy', 'sqlalchemy', 'torch', 'transformers'}"
PROGRAM = f"""
import sys
import api.client.asynchronous
import api.client.synchronous
print(sorted({HEAVY} & set(sys.modules)))
"""


def test_the_client_brings_nothing_of_the_service_with_it() -> None:
    done = subprocess.run(  # noqa: S603  our own program
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout == "[]\n"
