import pytest

from index.encoders.registry import MODELS, check_revision, find
from index.encoders.visual.families import FAMILIES, family_of
from index.errors import InvalidRequest


def test_every_registered_model_is_of_a_known_family() -> None:
    for model in MODELS:
        assert family_of(model.family).reads_text == model.text_tower
    assert len({model.name for model in MODELS}) == len(MODELS)
    assert {model.family for model in MODELS} < {family.model_type for family in FAMILIES}


def test_a_stored_page_of_every_registered_model_fits_qdrants_limit() -> None:
    assert all(model.rows_per_page * model.dim < 1 << 20 for model in MODELS)


def test_a_model_is_found_by_its_exact_name() -> None:
    assert find("ModernVBERT/colmodernvbert").speaks("EN")
    assert not find("ModernVBERT/colmodernvbert").speaks("de")
    with pytest.raises(InvalidRequest, match=r"registered are .*vidore/colpali-v1\.3"):
        find("vidore/colpali-v1.3-modified")


@pytest.mark.parametrize("revision", ["main", "v1.0", "1b5c892", "g" * 40, ""])
def test_a_revision_that_can_move_is_refused(revision: str) -> None:
    with pytest.raises(InvalidRequest, match="40 hex digits"):
        check_revision(revision)
