import hashlib
import json
from pathlib import Path

import pytest

from index.encoders.visual.checkpoint import Source, find_checkpoint, find_processor
from index.errors import InvalidRequest, ModelRejected, Unavailable

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def model(folder: Path, *, weights: bytes = b"weights", model_type: str = "qwen2_vl") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.safetensors").write_bytes(weights)
    (folder / "config.json").write_text(json.dumps({"model_type": model_type}))
    return folder


def adapter(folder: Path, base: object) -> Path:
    folder.mkdir()
    (folder / "adapter_model.safetensors").write_bytes(b"lora")
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": base}))
    return folder


def test_a_folder_is_named_by_its_content(tmp_path: Path) -> None:
    first = find_checkpoint(Source(str(model(tmp_path / "a"))))
    same = find_checkpoint(Source(str(model(tmp_path / "b"))))
    other = find_checkpoint(Source(str(model(tmp_path / "c", weights=b"others"))))
    assert first.revision == same.revision != other.revision
    assert first.model_type == "qwen2_vl"
    digest = hashlib.sha256(b"weights").hexdigest()
    assert ("model.safetensors", digest) in first.sha256
    assert first.weights == [tmp_path / "a" / "model.safetensors"]


def test_an_adapter_is_named_by_its_content_and_its_base(tmp_path: Path) -> None:
    base = model(tmp_path / "base")
    found = find_checkpoint(Source(str(adapter(tmp_path / "adapter", str(base)))))
    assert found.base == base
    assert found.model_type == "qwen2_vl"
    assert [file.name for file in found.weights] == [
        "adapter_model.safetensors",
        "model.safetensors",
    ]
    model(base, weights=b"retrained")
    assert find_checkpoint(Source(str(tmp_path / "adapter"))).revision != found.revision


@pytest.mark.parametrize("base_revision", [COMMIT, None])
def test_an_adapters_base_is_taken_at_its_commit_or_at_the_newest(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    base_revision: str | None,
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    cached = tmp_path / "models--owner--base"
    base = model(cached / "snapshots" / COMMIT)
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text(COMMIT)
    folder = adapter(tmp_path / "adapter", "owner/base")
    assert find_checkpoint(Source(str(folder), base_revision=base_revision)).base == base
    assert ("not pinned" in caplog.text) == (base_revision is None)


def test_an_adapter_that_names_no_base_is_refused(tmp_path: Path) -> None:
    folder = adapter(tmp_path / "adapter", None)
    with pytest.raises(ModelRejected, match="names no base_model_name_or_path"):
        find_checkpoint(Source(str(folder)))


def test_weights_that_could_run_code_are_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelRejected, match=r"only pytorch_model\.bin"):
        find_checkpoint(Source(str(tmp_path)))


def test_a_damaged_config_is_refused(tmp_path: Path) -> None:
    (model(tmp_path) / "config.json").write_text("{")
    with pytest.raises(ModelRejected, match=r"config\.json cannot be read"):
        find_checkpoint(Source(str(tmp_path)))


def test_a_hub_model_needs_its_revision() -> None:
    with pytest.raises(InvalidRequest, match=r"is no folder.*40 hex digits"):
        find_checkpoint(Source("owner/model"))


def test_a_branch_is_no_revision() -> None:
    with pytest.raises(InvalidRequest, match="got 'main'"):
        find_checkpoint(Source("vidore/colqwen2-v1.0", revision="main"))


def test_a_hub_model_is_found_in_the_cache_by_its_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    snapshot = model(tmp_path / "models--owner--model" / "snapshots" / COMMIT)
    found = find_checkpoint(Source("owner/model", revision=COMMIT))
    assert found.folder == snapshot
    assert found.revision == COMMIT
    assert found.identity == f"owner/model@{COMMIT}"
    assert "model revision not verified" in caplog.text


def test_a_registered_model_takes_its_revision_from_the_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(Unavailable, match=r"colpali-v1\.3 at 1b5c8929330d.* is not at hand"):
        find_checkpoint(Source("vidore/colpali-v1.3"))


def test_a_processor_needs_no_weights_and_is_named_by_its_files(tmp_path: Path) -> None:
    weights = model(tmp_path / "a") / "model.safetensors"
    with_weights = find_processor(Source(str(tmp_path / "a")))
    weights.unlink()
    found = find_processor(Source(str(tmp_path / "a")))
    assert found == with_weights
    assert found.model_type == "qwen2_vl"
    assert [name for name, _ in found.sha256] == ["config.json"]
    (tmp_path / "a" / "tokenizer.json").write_text("{}")
    assert find_processor(Source(str(tmp_path / "a"))).revision != found.revision


def test_the_processor_of_a_registered_adapter_needs_no_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    commit = "1b5c8929330df1a66de441a9b5409a878f0de5b0"
    snapshot = tmp_path / "models--vidore--colpali-v1.3" / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (snapshot / "adapter_config.json").write_text("{}")
    found = find_processor(Source("vidore/colpali-v1.3"))
    assert (found.folder, found.model_type, found.revision) == (snapshot, "paligemma", commit)
