"""A visual encoder behind the encoder service: the same bytes as here."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from index.encoders.service.encoder import ServedEncoder
from index.encoders.service.servers import Servers
from index.encoders.service.wire import Described
from index.encoders.visual.encoder import VisualEncoder
from index.errors import ModelRejected
from index.records import RowChoice, RowKind
from tests.encoding import application, asking, assert_same
from tests.index.encoders.visual.pages import boxed, noise
from tests.serving import served

pytestmark = pytest.mark.colpali
WORDS = ("Revenue", "rose", "by", "12", "percent")


@pytest.mark.parametrize(
    ("model_type", "rows", "kinds"),
    [
        ("qwen2_vl", "patch", {RowKind.PATCH}),
        ("modernvbert", "text", {RowKind.TEXT}),
        ("modernvbert", "fused", {RowKind.PATCH, RowKind.TEXT}),
    ],
)
def test_the_service_gives_the_bytes_that_its_encoder_gives_here(
    model_type: str,
    rows: RowChoice,
    kinds: set[RowKind],
    encoder: Callable[..., VisualEncoder],
) -> None:
    here = encoder(model_type, rows=rows)
    pages = [noise(300, 200, WORDS), noise(200, 300, WORDS[:1]), noise(300, 200, WORDS)]
    with served(application(here)) as url, asking(url, encoder=here) as there:
        found = there.encode_pages(pages)
        context = there.encode_context(boxed(WORDS))
        asked = there.encode_question("How much did revenue rise?")

    known = here.encode_question("How much did revenue rise?")
    assert {RowKind(kind) for kind in found[0].kinds.tolist()} == kinds
    for one, other in zip(found, here.encode_pages(pages), strict=True):
        assert_same(one, other)
    assert_same(context, here.encode_context(boxed(WORDS)))
    assert asked.tokens == known.tokens
    assert asked.vectors.tobytes() == known.vectors.tobytes()


def test_a_model_that_was_not_trained_is_refused_at_the_start(
    encoder: Callable[..., VisualEncoder],
) -> None:
    here = encoder("qwen2_vl")
    with (
        served(application(here)) as url,
        closing(Servers([url])) as servers,
        pytest.raises(ModelRejected, match="fails the probe"),
    ):
        ServedEncoder.open(Described.of(here), servers)


def test_a_service_whose_rows_changed_since_they_were_first_trusted_is_refused(
    encoder: Callable[..., VisualEncoder], tmp_path: Path
) -> None:
    trusted, changed = encoder("qwen2_vl"), encoder("qwen2_5_vl")
    told = Described.of(trusted)
    with served(application(trusted)) as url:
        ServedEncoder.open(told, Servers([url]), records=tmp_path, probe=False).close()

    class Impostor:
        pin, rows = trusted.pin, trusted.rows
        encode_pages = changed.encode_pages
        encode_context = changed.encode_context
        encode_question = changed.encode_question

    with (
        served(application(Impostor())) as url,
        pytest.raises(ModelRejected, match="no longer makes the rows"),
    ):
        ServedEncoder.open(told, Servers([url]), records=tmp_path, probe=False)
