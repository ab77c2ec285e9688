"""What a process of the suite runs: the command line, as if it had been typed."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path


def run(arguments: Sequence[str], variables: Mapping[str, str], log: Path) -> None:
    """Run `pagesight` with these arguments and variables; what it says goes into a file."""
    with log.open("ab") as said:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
    for name in [name for name in os.environ if name.startswith("PAGESIGHT_")]:  # noqa: TID251
        del os.environ[name]  # noqa: TID251  of the process itself
    os.environ.update(variables)  # noqa: TID251
    from api.cli import pagesight  # noqa: PLC0415  the fault points are read at import

    pagesight(list(arguments), prog_name="pagesight")
