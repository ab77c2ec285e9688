import json
from dataclasses import replace
from typing import Any

import pytest

from index.encoders.base import ModelPin
from index.errors import ManifestMismatch, PooledRowsMissing
from index.manifest import IndexManifest


def manifest(**changes: Any) -> IndexManifest:
    """A manifest to compare others with."""
    made = IndexManifest(
        encoder="minilm",
        encoder_revision="1",
        encoder_sha256=(("weights", "00"),),
        rows="text",
        dim=16,
        tokens="snowball/1",
        language=("en",),
        renderer="pdfium 1",
        ocr="tesseract 5",
        max_pixels=2_000_000,
    )
    return replace(made, **changes)


def test_a_manifest_survives_the_catalog() -> None:
    stored = json.loads(json.dumps(manifest().to_json()))

    assert IndexManifest.from_json(stored) == manifest()


def test_a_second_encoder_survives_the_catalog_and_has_a_manifest_of_its_own() -> None:
    pin = ModelPin("words", "2", (("weights", "02"),), 8)
    paired = manifest(words=pin, rows="patch")
    stored = json.loads(json.dumps(paired.to_json()))

    assert IndexManifest.from_json(stored) == paired
    own = paired.of_words()
    assert own == manifest(encoder="words", encoder_revision="2", encoder_sha256=pin.sha256, dim=8)
    assert manifest().of_words() is None


def test_a_manifest_from_before_second_encoders_still_reads() -> None:
    stored = manifest().to_json()
    del stored["words"]

    assert IndexManifest.from_json(stored) == manifest()


def test_equal_manifests_agree() -> None:
    manifest().check_against(manifest(), collection="c")


@pytest.mark.parametrize(
    "change",
    [
        {"encoder_sha256": (("weights", "01"),)},
        {"dim": 8},
        {"tokens": "snowball/2"},
        {"language": ("de",)},
    ],
)
def test_a_mismatch_names_the_field_and_both_values(change: dict[str, Any]) -> None:
    name, value = next(iter(change.items()))

    with pytest.raises(ManifestMismatch, match=name) as caught:
        manifest(**change).check_against(manifest(), collection="mine")

    assert "'mine'" in str(caught.value)
    assert repr(value) in str(caught.value)


def test_what_read_the_pages_may_differ_from_what_asks() -> None:
    here = manifest(renderer="pdfium 2", ocr="tesseract 6", max_pixels=1)

    here.check_against(manifest(), collection="c")


def test_a_manifest_of_another_format_is_refused() -> None:
    with pytest.raises(ManifestMismatch, match="does not fit this version"):
        IndexManifest.from_json({"encoder": "minilm"})


def test_a_manifest_from_before_pooled_rows_still_reads() -> None:
    stored = manifest().to_json()
    del stored["pooled"]

    assert IndexManifest.from_json(stored) == manifest(pooled=False)


def test_an_index_without_pooled_rows_is_refused_where_the_store_scores() -> None:
    with pytest.raises(PooledRowsMissing, match="reindex --collection mine"):
        manifest(pooled=True).check_against(manifest(), collection="mine")


def test_pooled_rows_that_nobody_asks_for_do_no_harm() -> None:
    manifest().check_against(manifest(pooled=True), collection="mine")
