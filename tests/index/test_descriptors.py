import errno

import pytest

from index.descriptors import is_exhaustion, telling_exhaustion
from index.errors import DatabaseUnavailable, Overloaded

TOO_MANY = OSError(errno.EMFILE, "Too many open files")


def caused_by(cause: Exception) -> Exception:
    """An error of ours that was raised because of another one."""
    try:
        raise DatabaseUnavailable("it is away") from cause
    except DatabaseUnavailable as error:
        return error


@pytest.mark.parametrize(
    "error",
    [TOO_MANY, OSError(errno.ENFILE, "Too many open files in system"), caused_by(TOO_MANY)],
    ids=["of the process", "of the machine", "below another error"],
)
def test_what_fails_for_want_of_a_descriptor_says_so(error: Exception) -> None:
    with pytest.raises(Overloaded, match="ulimit -n") as told, telling_exhaustion():
        raise error
    assert told.value.__cause__ is error


def test_another_error_stays_what_it_is() -> None:
    refused = OSError(errno.EACCES, "Permission denied")
    assert not is_exhaustion(caused_by(refused))
    with pytest.raises(OSError, match="Permission denied") as told, telling_exhaustion():
        raise refused
    assert told.value is refused
