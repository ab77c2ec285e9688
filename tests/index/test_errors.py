import re

import pytest

import index.errors
from index.errors import PagesightError

LINE = re.compile(r"^(?P<tree>[ │├└─]+)(?P<name>[A-Z]\w+)")


def children(base: type[PagesightError]) -> list[type[PagesightError]]:
    return [c for c in base.__subclasses__() if c.__module__ == index.errors.__name__]


def tree(base: type[PagesightError] = PagesightError) -> list[type[PagesightError]]:
    return [base, *(error for child in children(base) for error in tree(child))]


def drawn() -> dict[str, tuple[int, str]]:
    """Name to depth and the words beside it, as the docstring draws them."""
    found: dict[str, tuple[int, str]] = {}
    for line in (index.errors.__doc__ or "").splitlines():
        if match := LINE.match(line):
            found[match["name"]] = (len(match["tree"]) // 4, line[match.end("name") :].strip())
    return found


def depth(error: type[PagesightError]) -> int:
    return error.__mro__.index(PagesightError) + 1


def test_every_error_has_a_code_of_its_own() -> None:
    codes = [error.__dict__.get("code") for error in tree()]
    assert None not in codes
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize("error", tree(), ids=lambda error: error.__name__)
def test_every_error_is_drawn_in_the_tree_under_its_base(error: type[PagesightError]) -> None:
    assert drawn()[error.__name__][0] == depth(error)


@pytest.mark.parametrize("error", tree(), ids=lambda error: error.__name__)
def test_every_error_that_has_no_subclass_is_drawn_with_its_code(
    error: type[PagesightError],
) -> None:
    beside = drawn()[error.__name__][1].split()
    assert children(error) or beside[0] == error.code


def test_the_tree_draws_nothing_that_is_not_there() -> None:
    assert set(drawn()) == {error.__name__ for error in tree()}
