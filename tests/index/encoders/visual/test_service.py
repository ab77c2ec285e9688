"""A ColPali-family model behind the whole service: files in, patches kept, pages and maps out."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from api import parts
from api.service import Service
from index.catalog.database import Database
from index.encoders.shelf import EncoderChoice, EncoderShelf, ShelfSettings
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.remote import VllmEncoder
from index.errors import EncoderUnavailable
from index.records import RowKind
from retrieval.background import QUESTIONS as BACKGROUND
from retrieval.hits import SearchQuery
from tests.index.encoders.visual.pooling_server import (
    PoolingServer,
    serving,
    tiny,
    trained,
    without_weights,
)
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
    heat = service.heat_maps.of_page("default", found.hits[0].document, 1, "How tall is the dam?")
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


@pytest.fixture
def server(engine: Callable[[str], tuple[Any, Any]]) -> Iterator[PoolingServer]:
    """ColQwen3 in vLLM's shape; the probe finds it trained."""
    model, processor = engine("qwen3_vl")
    with serving(trained(tiny(model, processor), processor)) as running:
        yield running


@pytest.fixture
def folder(checkpoint: Callable[[str], Path], tmp_path: Path) -> str:
    """The files of its processor."""
    return str(without_weights(checkpoint("qwen3_vl"), tmp_path / "qwen3_vl"))


def test_a_server_that_the_settings_name_makes_the_rows_of_pages_and_questions(
    server: PoolingServer, folder: str, database: Database, data_folder: Path
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    chosen = settings(
        data_folder, database_url=url, encoder=folder, encoder_url=server.url, encoder_key="key"
    )
    service = Service.build(chosen)
    index(service, "dams.pdf", pdf("The dam is twelve metres tall", "Herons nest"))

    found = service.search("default", SearchQuery("How tall is the dam?"))
    manifest = service.collection("default").manifest
    n_asked = len(server.asked)
    service.close()

    assert {hit.page for hit in found.hits} == {1, 2}
    assert (manifest.encoder, manifest.rows, manifest.dim) == (folder, "patch", 320)
    assert server.keys == ["Bearer key"]
    once = 1 + 3 + len(BACKGROUND)  # the length of rows, the probe, the background of relevance
    assert n_asked == once + 2 + 1  # two pages, one question


def test_a_closed_service_has_closed_the_encoders_that_it_opened_and_no_others(
    server: PoolingServer,
    folder: str,
    encoder: Callable[..., VisualEncoder],
    database: Database,
    data_folder: Path,
) -> None:
    shelf = EncoderShelf(ShelfSettings(threads=1, records=data_folder / "rows", url=server.url))
    shelf.put(encoder("qwen2_vl"))
    served = shelf.open(*shelf.settle(EncoderChoice(folder)))
    chosen = settings(data_folder)
    service = Service(
        chosen,
        database=database,
        vectors=parts.vector_store(chosen),
        shelf=shelf,
        ownership=None,
        role="all",
    )
    served.encode_question("dam")

    service.close()

    assert isinstance(served, VllmEncoder)
    with pytest.raises(EncoderUnavailable, match="closed"):
        served.encode_question("dam")
    assert len(encoder("qwen2_vl").encode_question("dam").vectors) > 0
