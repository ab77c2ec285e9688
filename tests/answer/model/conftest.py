"""Models that run here: a tiny Qwen2-VL with random weights, which writes noise."""

import shutil
from importlib import import_module
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    checkpoints = import_module("tests.index.encoders.visual.checkpoints")
    folder: Path = checkpoints.build_generator(tmp_path_factory.mktemp("model") / "tiny-qwen2-vl")
    return folder


@pytest.fixture(scope="session")
def brief_checkpoint(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, but any token is the end of its reply."""
    checkpoints = import_module("tests.index.encoders.visual.checkpoints")
    copy = shutil.copytree(checkpoint, tmp_path_factory.mktemp("model") / "brief-qwen2-vl")
    folder: Path = checkpoints.make_brief(Path(copy))
    return folder
