"""`pagesight` as it is typed, in a process of its own in which everything is imported already.

What a command imports takes seconds, most of the time that most commands take.
"""

from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired
from tempfile import TemporaryDirectory

from tests.faults import child
from tests.faults.processes import FEW, FORKING

AT_MOST_S = 120.0


def run(*arguments: object, data: Path, **variables: str) -> CompletedProcess[str]:
    """Run a command on a data folder with these variables, and wait for its end.

    Raises:
        TimeoutExpired: it did not end.
    """
    typed = [*map(str, arguments), "--data", str(data)]
    with TemporaryDirectory() as folder:
        out, err = Path(folder) / "out", Path(folder) / "err"
        process = FORKING.Process(target=child.run, args=(typed, {**FEW, **variables}, out, err))
        process.start()
        process.join(AT_MOST_S)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(typed, AT_MOST_S)
        printed, told = out.read_text("utf-8"), err.read_text("utf-8")
        return CompletedProcess(typed, process.exitcode, printed, told)
