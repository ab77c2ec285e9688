"""Failures that mean that this process, or its machine, can open no more files and connections.

They come from anywhere, wrapped or not, and say nothing of what was being done: it may be done
again once something was closed.
"""

import errno
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from index.errors import Overloaded

EXHAUSTED = (errno.EMFILE, errno.ENFILE)


@contextmanager
def telling_exhaustion() -> Iterator[None]:
    """Have whatever fails for want of a file descriptor say so.

    Raises:
        Overloaded: something did.
    """
    try:
        yield
    except Exception as error:
        if is_exhaustion(error):
            raise exhaustion() from error
        raise


def is_exhaustion(error: BaseException) -> bool:
    """Tell whether a failure comes of there being no file descriptor left."""
    return any(isinstance(one, OSError) and one.errno in EXHAUSTED for one in _causes(error))


def exhaustion() -> Overloaded:
    """Return what such a failure is told as."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Overloaded(
        "no more files or connections can be opened, this process may have "
        f"{most} open; ask for less at once, or raise the limit (`ulimit -n`)"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
