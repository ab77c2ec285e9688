import json
from pathlib import Path
from typing import Any

import pytest

from tools.locked import SERVICE, pins
from tools.write_sbom import main, sbom


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    told: dict[str, Any] = json.loads(sbom())
    return told


def test_every_locked_package_is_named_with_its_version_and_hashes(bill: dict[str, Any]) -> None:
    named = {part["purl"]: part for part in bill["components"] if "purl" in part}

    locked = {f"pkg:pypi/{pin.name}@{pin.version}": pin for pin in pins(*SERVICE)}
    assert named.keys() == locked.keys()
    assert len(named) > 60
    for url, pin in locked.items():
        (files,) = named[url]["externalReferences"]
        assert {one["content"] for one in files.get("hashes", [])} == set(pin.hashes)


def test_the_model_that_ships_is_named_with_the_hashes_of_its_files(bill: dict[str, Any]) -> None:
    models = [part for part in bill["components"] if part["type"] == "machine-learning-model"]

    assert [part["name"].partition("/")[2] for part in models] == [
        "model.safetensors",
        "tokenizer.json",
    ]
    assert models[0]["hashes"][0]["content"].startswith("53aa5117")


def test_the_service_stands_at_the_root_of_all(bill: dict[str, Any]) -> None:
    assert bill["metadata"]["component"]["name"] == "pagesight"
    (root,) = [one for one in bill["dependencies"] if one["ref"] == "pagesight"]
    assert len(root["dependsOn"]) == len(bill["components"])


def test_the_same_locks_give_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "deep" / "bill.json"
    monkeypatch.setattr("sys.argv", ["write_sbom", str(path)])
    main()

    assert path.read_text("utf-8") == sbom()
    assert "timestamp" not in sbom()
