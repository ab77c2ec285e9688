"""Tiny checkpoints and encoders for the tests beside this file, made once."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from index.encoders.visual.checkpoint import Source
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.families import family_of
from index.records import RowChoice


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The tiny checkpoint of a family, by its model_type."""

    @cache
    def built(model_type: str) -> Path:
        checkpoints = import_module("tests.index.encoders.visual.checkpoints")
        folder: Path = checkpoints.build(model_type, tmp_path_factory.mktemp(model_type))
        return folder

    return built


@pytest.fixture(scope="session")
def encoder(checkpoint: Callable[[str], Path]) -> Callable[..., VisualEncoder]:
    """An encoder of a family's tiny checkpoint."""

    @cache
    def opened(model_type: str, rows: RowChoice = "patch", batch: int = 1) -> VisualEncoder:
        source = Source(str(checkpoint(model_type)))
        return VisualEncoder.open(source, rows=rows, batch=batch, probe=False)

    return opened


@pytest.fixture(scope="session")
def engine(checkpoint: Callable[[str], Path]) -> Callable[[str], tuple[Any, Any]]:
    """colpali-engine's own model and processor of a family's tiny checkpoint."""

    @cache
    def loaded(model_type: str) -> tuple[Any, Any]:
        folder, family = str(checkpoint(model_type)), family_of(model_type)
        classes = import_module("colpali_engine.models")
        model = getattr(classes, family.model_class).from_pretrained(folder)
        return model.eval(), getattr(classes, family.processor_class).from_pretrained(folder)

    return loaded
