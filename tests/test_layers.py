"""The floors, looked at by import-linter's program: called from here it would mute all loggers."""

import subprocess
import sys
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("lint-imports")


def test_every_import_goes_down_the_floors() -> None:
    ended = subprocess.run([PROGRAM], cwd=Path(__file__).parents[1], check=False)  # noqa: S603
    assert ended.returncode == 0
