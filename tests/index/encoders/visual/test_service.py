"""A ColPali-family model behind the whole service: files in, patches kept, pages and maps out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from api.service import Service
from index.catalog.database import Database
from index.encoders.visual.encoder import VisualEncoder
from index.records import RowKind
from retrieval.hits import SearchQuery
from tests.tiny import index, pdf, settings

pytestmark = pytest.mark.colpali


@pytest.mark.parametrize("model_type", ["qwen2_vl", "modernvbert"])
def test_pages_are_indexed_as_patches_found_and_shown_as_maps(
    model_type: str,
    encoder: Callable[..., VisualEncoder],
    database: Database,
    data_folder: Path,
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    chosen = settings(data_folder, database_url=url)
    service = Service.build(chosen, encoder=encoder(model_type))
    document = index(service, "dams.pdf", pdf("The dam is twelve metres tall", "Herons nest"))

    found = service.search("default", SearchQuery("How tall is the dam?"))
    heat = service.heatmap("default", found.hits[0].document, 1, "How tall is the dam?")
    stored = dict(service.vectors.read_rows("default-1", found.hits[0].generation))
    manifest = service.collection("default").manifest
    service.close()

    assert [(str(hit.document), hit.page) for hit in found.hits] == [(document, 1), (document, 2)]
    assert manifest.rows == "patch"
    assert set(stored[1].kinds.tolist()) == {int(RowKind.PATCH)}
    assert heat.heat.max() == 1
    assert len(heat.heat) == len(stored[1])
    assert np.isfinite(stored[1].vectors).all()


def test_fused_rows_keep_patches_and_words_in_one_bag(
    encoder: Callable[..., VisualEncoder], database: Database, data_folder: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    chosen = settings(data_folder, database_url=url)
    service = Service.build(chosen, encoder=encoder("modernvbert", rows="fused"))
    index(service, "dams.pdf", pdf("The dam is twelve metres tall"))

    (hit,) = service.search("default", SearchQuery("dam")).hits
    kinds = dict(service.vectors.read_rows("default-1", hit.generation))[1].kinds
    service.close()

    assert {int(kind) for kind in kinds} == {int(RowKind.PATCH), int(RowKind.TEXT)}
