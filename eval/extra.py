"""What only the extra `eval` brings."""

from importlib.util import find_spec

from index.errors import MissingDependency


def check_extra(package: str, purpose: str) -> None:
    """Tell what to install where a package of the extra is absent.

    Raises:
        MissingDependency: it is not installed.
    """
    if find_spec(package) is None:
        raise MissingDependency(
            f"{purpose} needs {package}, in a checkout of Pagesight: pip install '.[eval]'"
        )
