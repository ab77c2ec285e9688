"""The contract of the visual encoder, with its model behind a server in vLLM's shape."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi import Response

from index.encoders.visual.checkpoint import Source, find_processor
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.families import family_of
from index.encoders.visual.geometry import Grid, grid_boxes
from index.encoders.visual.loading import load_processor
from index.encoders.visual.pooling_api import PoolingApi, Served
from index.encoders.visual.remote import Description, VllmEncoder
from index.errors import EncoderUnavailable, InvalidRequest, ModelRejected, PageTooLarge
from index.records import RowKind
from tests.index.encoders.visual.pages import boxed, noise
from tests.index.encoders.visual.pooling_server import (
    Answer,
    Asked,
    PoolingServer,
    pooled,
    rows_of,
    serving,
    tiny,
    without_weights,
)

pytestmark = pytest.mark.colpali
TYPES = ["paligemma", "qwen3_vl"]
SIZES = [(600, 300), (300, 900), (200, 200)]
QUESTIONS = ["What was the revenue in the third quarter?", "blue bars", "?"]
Encoders = Callable[..., VisualEncoder]
Engines = Callable[[str], tuple[Any, Any]]
Folders = Callable[[str], Path]


@pytest.fixture
def processor_only(checkpoint: Folders, tmp_path: Path) -> Folders:
    """A folder with a tiny checkpoint's texts and without its weights."""
    return lambda model_type: without_weights(checkpoint(model_type), tmp_path / model_type)


@pytest.fixture
def server(engine: Engines) -> Iterator[PoolingServer]:
    with serving(tiny(*engine("qwen3_vl"))) as running:
        yield running


@pytest.fixture
def remote(server: PoolingServer, processor_only: Folders) -> Iterator[VllmEncoder]:
    """ColQwen3 on a server."""
    encoder = opened(server, processor_only("qwen3_vl"))
    yield encoder
    encoder.close()


@pytest.fixture(params=TYPES)
def pair(
    request: pytest.FixtureRequest, engine: Engines, encoder: Encoders, processor_only: Folders
) -> Iterator[tuple[VllmEncoder, VisualEncoder]]:
    """The same model on a server and here."""
    with serving(tiny(*engine(request.param))) as running:
        served = opened(running, processor_only(request.param))
        yield served, encoder(request.param)
        served.close()


def opened(server: PoolingServer, folder: Path, **options: Any) -> VllmEncoder:
    options = {"probe": False, **options}
    return VllmEncoder.open(Source(str(folder)), PoolingApi(server.url), **options)


def test_pages_have_the_rows_and_boxes_that_they_have_here(
    pair: tuple[VllmEncoder, VisualEncoder],
) -> None:
    pages = [noise(*size) for size in SIZES]
    served, here = (encoder.encode_pages(pages) for encoder in pair)
    for one, other in zip(served, here, strict=True):
        assert one.vectors == pytest.approx(other.vectors, abs=1e-5)
        assert one.boxes.tolist() == other.boxes.tolist()
        assert set(one.kinds.tolist()) == {RowKind.PATCH}


def test_questions_have_the_rows_tokens_and_weights_that_they_have_here(
    pair: tuple[VllmEncoder, VisualEncoder],
) -> None:
    for text in QUESTIONS:
        served, here = (encoder.encode_question(text) for encoder in pair)
        assert served.vectors == pytest.approx(here.vectors, abs=1e-5)
        assert served.tokens == here.tokens
        assert served.weights.tolist() == here.weights.tolist()


def test_rows_do_not_depend_on_the_pages_sent_beside_them(
    pair: tuple[VllmEncoder, VisualEncoder],
) -> None:
    served, pages = pair[0], [noise(*size) for size in SIZES * 3]
    alone = [served.encode_pages([page])[0].vectors.tolist() for page in pages]
    assert [rows.vectors.tolist() for rows in served.encode_pages(pages)] == alone


def test_four_pages_are_on_their_way_at_once(remote: VllmEncoder, server: PoolingServer) -> None:
    answer, together = server.answer, threading.Barrier(4)

    def waiting(asked: Asked) -> Response:
        together.wait(timeout=60)
        return answer(asked)

    server.answer = waiting
    assert len(remote.encode_pages([noise(200, 200)] * 4)) == 4


def test_questions_asked_at_once_have_the_rows_that_they_have_alone(remote: VllmEncoder) -> None:
    texts = ["red bars", "blue bars", "?"] * 4
    alone = [remote.encode_question(text) for text in texts]
    with ThreadPoolExecutor(len(texts)) as pool:
        at_once = list(pool.map(remote.encode_question, texts))
    for one, other in zip(alone, at_once, strict=True):
        assert other.vectors.tolist() == one.vectors.tolist()


def test_the_model_is_pinned_by_the_servers_word_and_the_processors_bytes(
    remote: VllmEncoder,
) -> None:
    assert remote.pin.revision == "vllm tiny from /tiny"
    assert remote.pin.dim == 320
    assert {"tokenizer.json", "config.json"} <= {name for name, _ in remote.pin.sha256}


def test_names_have_no_rows_and_no_pages_are_no_request(
    remote: VllmEncoder, server: PoolingServer
) -> None:
    n_asked = len(server.asked)
    assert remote.encode_context(boxed(["annual", "report"])).vectors.shape == (0, 320)
    assert remote.encode_pages([]) == []
    assert len(server.asked) == n_asked


@pytest.mark.parametrize("text", ["", " \n"])
def test_an_empty_question_is_refused(remote: VllmEncoder, text: str) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        remote.encode_question(text)


def test_a_page_that_the_processor_cannot_read_is_refused(remote: VllmEncoder) -> None:
    with pytest.raises(PageTooLarge, match="too narrow"):
        remote.encode_pages([noise(6500, 10)])


@pytest.mark.parametrize("n_more", [-1, 1])
def test_another_number_of_rows_is_refused(
    remote: VllmEncoder, server: PoolingServer, n_more: int
) -> None:
    server.answer = changed(server.answer, lambda rows: (rows + rows[:1])[: len(rows) + n_more])
    with pytest.raises(ModelRejected, match=r"rows of a page where its processor makes \d+ tokens"):
        remote.encode_pages([noise(200, 200)])
    with pytest.raises(ModelRejected, match="rows of a question where"):
        remote.encode_question("?")


@pytest.mark.parametrize("bad", [np.nan, np.inf, None])
def test_rows_that_are_not_numbers_are_refused(
    remote: VllmEncoder, server: PoolingServer, bad: float | None
) -> None:
    server.answer = changed(server.answer, lambda rows: [[bad, *row[1:]] for row in rows])
    with pytest.raises(ModelRejected, match="not finite"):
        remote.encode_pages([noise(200, 200)])
    with pytest.raises(ModelRejected, match="not finite"):
        remote.encode_question("?")


def test_rows_of_another_length_are_refused(remote: VllmEncoder, server: PoolingServer) -> None:
    server.answer = changed(server.answer, lambda rows: [row[:128] for row in rows])
    with pytest.raises(ModelRejected, match="rows of 128 values, not 320"):
        remote.encode_question("?")


def test_a_model_that_sees_no_difference_is_refused(
    server: PoolingServer, processor_only: Folders
) -> None:
    server.answer = changed(server.answer, lambda rows: [[1, *[0] * 319]] * len(rows))
    with pytest.raises(ModelRejected, match="fails the probe"):
        opened(server, processor_only("qwen3_vl"), probe=True)


def test_a_server_whose_rows_changed_since_it_was_trusted_is_refused(
    server: PoolingServer, processor_only: Folders, tmp_path: Path
) -> None:
    folder = processor_only("qwen3_vl")
    opened(server, folder, records=tmp_path / "records").close()
    opened(server, folder, records=tmp_path / "records").close()
    server.answer = changed(server.answer, lambda rows: [row[::-1] for row in rows])
    with pytest.raises(ModelRejected, match="no longer makes the rows"):
        opened(server, folder, records=tmp_path / "records")


def test_rows_other_than_patches_are_refused(
    server: PoolingServer, processor_only: Folders
) -> None:
    with pytest.raises(InvalidRequest, match="no fused rows"):
        opened(server, processor_only("qwen3_vl"), rows="fused")


def test_the_type_of_a_checkpoint_made_for_the_server_is_known(
    server: PoolingServer, processor_only: Folders
) -> None:
    folder = processor_only("qwen3_vl")
    (folder / "config.json").write_text('{"model_type": "colqwen3"}')
    encoder = opened(server, folder)
    assert len(encoder.encode_pages([noise(200, 200)])[0]) == 36
    encoder.close()


def test_a_processor_that_is_not_its_familys_is_refused(
    server: PoolingServer, processor_only: Folders
) -> None:
    found, family = find_processor(Source(str(processor_only("qwen3_vl")))), family_of("qwen3_vl")
    elsewhere = replace(family, patch_boxes=lambda *_: grid_boxes(Grid(2, 2)))
    model = Description(found, elsewhere, load_processor(found, family), dim=320)
    encoder = VllmEncoder(model, Served("tiny", "/tiny"), PoolingApi(server.url))
    with pytest.raises(ModelRejected, match=r"makes 36 patches .* where its family makes 4"):
        encoder.encode_pages([noise(200, 200)])
    encoder.close()


def test_a_folder_without_a_processor_is_refused(server: PoolingServer, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "qwen3_vl"}')
    with pytest.raises(ModelRejected, match=r"has no processor_config\.json"):
        opened(server, tmp_path)


def test_a_closed_encoder_refuses(remote: VllmEncoder) -> None:
    remote.close()
    remote.close()
    with pytest.raises(EncoderUnavailable, match="closed"):
        remote.encode_question("?")


def changed(answer: Answer, change: Callable[[Any], Any]) -> Answer:
    def other(asked: Asked) -> Response:
        return pooled(change(rows_of(answer(asked))))

    return other
