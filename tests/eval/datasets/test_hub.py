from pathlib import Path

import pytest

from eval.datasets.hub import fetch_set, is_hub_name
from index.errors import InvalidRequest

COMMIT = "0123456789" * 4


@pytest.mark.parametrize("name", ["vidore/docvqa_test_subsampled", "mteb/Vidore3.v2"])
def test_owner_and_set_are_a_name_on_the_hub(name: str) -> None:
    assert is_hub_name(name)


@pytest.mark.parametrize(
    "name", ["docvqa", "./sets/docvqa", "/sets/docvqa", "../x", "a/b/c", "a b/c"]
)
def test_a_path_is_no_name_on_the_hub(name: str) -> None:
    assert not is_hub_name(name)


def test_a_set_in_the_hubs_cache_is_found_without_the_network(tmp_path: Path) -> None:
    cached = tmp_path / "datasets--owner--set"
    (cached / "snapshots" / COMMIT).mkdir(parents=True)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(COMMIT)
    for revision in (None, COMMIT):
        found = fetch_set("owner/set", revision=revision, allow_network=False, cache=tmp_path)
        assert found == cached / "snapshots" / COMMIT


def test_a_set_that_may_not_be_fetched_is_refused_with_the_setting_that_allows_it(
    tmp_path: Path,
) -> None:
    with pytest.raises(InvalidRequest, match=r"owner/set is no folder here.*PAGESIGHT_HUB=true"):
        fetch_set("owner/set", revision=None, allow_network=False, cache=tmp_path)
