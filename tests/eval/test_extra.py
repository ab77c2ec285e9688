import pytest

from eval.extra import check_extra
from index.errors import MissingDependency


def test_an_absent_package_is_told_with_the_line_that_installs_it() -> None:
    with pytest.raises(
        MissingDependency, match=r"reading it needs no_such.*pip install '\.\[eval\]'"
    ):
        check_extra("no_such", "reading it")


def test_a_package_that_is_there_is_no_matter() -> None:
    check_extra("pytest", "testing")
