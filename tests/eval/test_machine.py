import numpy as np

from eval.machine import machine, versions


def test_the_machine_is_told() -> None:
    told = machine()

    assert int(told["cores"]) >= 1
    assert set(told) >= {"processor", "memory", "load", "system", "python"}


def test_a_package_is_told_with_its_version_or_its_absence() -> None:
    told = versions(["numpy", "no-such-package"])

    assert told == {"numpy": np.__version__, "no-such-package": "not installed"}
