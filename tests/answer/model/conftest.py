"""A model that runs here: a tiny Qwen2-VL with random weights, which writes noise."""

from importlib import import_module
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkpoints = import_module("tests.index.encoders.visual.checkpoints")
    folder: Path = checkpoints.build_generator(tmp_path_factory.mktemp("model") / "tiny-qwen2-vl")
    return folder
