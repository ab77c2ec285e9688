"""What a process of the suite runs: the command line, as if it had been typed."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from index import faults

OURS = ("api", "ingest", "index")


def run(
    arguments: Sequence[str], variables: Mapping[str, str], log: Path, errors: Path | None = None
) -> None:
    """Run `pagesight` with these arguments and variables; what it says goes into a file, or two."""
    for stream, path in ((1, log), (2, errors or log)):
        with path.open("ab") as said:
            os.dup2(said.fileno(), stream)
    for name in [name for name in os.environ if name.startswith("PAGESIGHT_")]:  # noqa: TID251
        del os.environ[name]  # noqa: TID251  of the process itself
    os.environ.update(variables)  # noqa: TID251
    from api.cli import pagesight  # noqa: PLC0415  takes a moment where nothing was preloaded

    if faults.VARIABLE in variables:
        arm(variables[faults.VARIABLE])
    pagesight(list(arguments), prog_name="pagesight")


def arm(told: str) -> None:
    """Have modules pass the point that was named, which were imported before it was."""
    before, passed = faults.fault_point, faults.parse(told)
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in OURS and getattr(module, "fault_point", None) is before:
            vars(module)["fault_point"] = passed
