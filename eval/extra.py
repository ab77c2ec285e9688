"""What only the extra `eval` brings."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from index.encoders.visual.compat import declare_torchvision_operators
from index.errors import MissingDependency


def open_mteb() -> ModuleType:
    """Import MTEB, beside any torchvision.

    Raises:
        MissingDependency: it is not installed.
    """
    check_extra("mteb", "measuring with MTEB")
    declare_torchvision_operators()
    return import_module("mteb")


def check_extra(package: str, purpose: str) -> None:
    """Tell what to install where a package of the extra is absent.

    Raises:
        MissingDependency: it is not installed.
    """
    if find_spec(package) is None:
        raise MissingDependency(
            f"{purpose} needs {package}, in a checkout of Pagesight: pip install '.[eval]'"
        )
