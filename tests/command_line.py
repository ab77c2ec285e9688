"""`pagesight` as it is typed, in a process of its own in which everything is imported already.

What a command imports takes seconds, most of the time that most commands take.
"""

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults import child
from tests.faults.processes import FORKING

FEW = {"PAGESIGHT_OCR_WORKERS": "1", "PAGESIGHT_ENCODER_THREADS": "1"}
AT_MOST_S = 120.0


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it printed."""

    returncode: int | None
    stdout: str
    stderr: str


def run(*arguments: object, data: Path, **variables: str) -> Done:
    """Run a command on a data folder with these variables, and wait for its end."""
    typed = [*map(str, arguments), "--data", str(data)]
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = FORKING.Process(target=child.run, args=(typed, {**FEW, **variables}, out, err))
        process.start()
        process.join(AT_MOST_S)
        if process.exitcode is None:
            process.kill()
            process.join()
        return Done(process.exitcode, out.read_text("utf-8"), err.read_text("utf-8"))
