import subprocess
import sys
from pathlib import Path

LINT_IMPORTS = Path(sys.executable).with_name(
    "lint-imports"
)  # in this process it mutes all loggers


def test_every_import_goes_down_the_floors() -> None:
    ended = subprocess.run([LINT_IMPORTS], cwd=Path(__file__).parents[1], check=False)  # noqa: S603
    assert ended.returncode == 0
