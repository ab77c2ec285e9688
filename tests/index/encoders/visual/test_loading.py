import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.encoders.visual import loading
from index.encoders.visual.checkpoint import Source
from index.encoders.visual.encoder import VisualEncoder
from index.encoders.visual.families import FAMILIES
from index.encoders.visual.loading import check_engine, check_report
from index.encoders.visual.weights import check_weights
from index.errors import MissingDependency, ModelRejected
from tests.index.encoders.visual.pages import noise
from tests.index.encoders.visual.plants import WEIGHTS, adapter, altered, renamed, replaced, without

TYPES = [family.model_type for family in FAMILIES]
PROJECTION = "custom_text_proj.weight"
SQUARE = "visual.merger.mlp.0.weight"
Checkpoints = Callable[[str], Path]


def opened(folder: Path, *, records: Path | None = None) -> VisualEncoder:
    return VisualEncoder.open(Source(str(folder)), probe=False, records=records)


@pytest.fixture
def base(checkpoint: Checkpoints) -> Path:
    return checkpoint("qwen2_vl")


@pytest.mark.colpali
@pytest.mark.parametrize("model_type", TYPES)
def test_a_model_without_its_projection_is_refused(
    checkpoint: Checkpoints, tmp_path: Path, model_type: str
) -> None:
    name = "linear.weight" if model_type == "idefics3" else PROJECTION
    folder = altered(checkpoint(model_type), tmp_path / "model", without(name))
    with pytest.raises(ModelRejected, match=rf"1 missing keys: {name}"):
        opened(folder)


@pytest.mark.colpali
def test_a_model_with_a_tensor_too_many_is_refused(base: Path, tmp_path: Path) -> None:
    torch = import_module("torch")
    folder = altered(base, tmp_path / "model", lambda t: t.update(extra=torch.ones(3)))
    with pytest.raises(ModelRejected, match="1 unexpected keys: extra"):
        opened(folder)


@pytest.mark.colpali
@pytest.mark.parametrize("made", [lambda t: t.T, lambda t: t[:-1]], ids=["transposed", "cut"])
def test_a_tensor_of_another_shape_is_refused(
    base: Path, tmp_path: Path, made: Callable[[Any], Any]
) -> None:
    folder = altered(base, tmp_path / "model", replaced(PROJECTION, made))
    with pytest.raises(ModelRejected, match=r"cannot be loaded|mismatched keys"):
        opened(folder)


@pytest.mark.colpali
def test_a_square_tensor_transposed_is_refused_by_the_recorded_rows(
    base: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(base, tmp_path / "model"))
    opened(folder, records=tmp_path / "records")
    shutil.rmtree(folder)
    altered(base, folder, replaced(SQUARE, lambda t: t.T))
    with pytest.raises(ModelRejected, match=r"no longer makes the rows .* least cosine"):
        opened(folder, records=tmp_path / "records")


@pytest.mark.colpali
def test_weights_that_are_not_numbers_are_refused(base: Path, tmp_path: Path) -> None:
    folder = altered(base, tmp_path / "model", replaced(PROJECTION, lambda t: t * np.nan))
    with pytest.raises(ModelRejected, match="not finite"):
        opened(folder)


@pytest.mark.colpali
def test_a_truncated_file_is_refused(base: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(base, tmp_path / "model"))
    file = folder / WEIGHTS
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(ModelRejected, match="cannot be loaded"):
        opened(folder)


@pytest.mark.colpali
def test_an_adapter_makes_the_rows_that_peft_makes(base: Path, tmp_path: Path) -> None:
    folder = adapter(base, tmp_path / "adapter")
    page = noise(200, 300)
    made = opened(folder).encode_pages([page])[0].vectors
    assert made == pytest.approx(_peft_rows(base, folder, page.image), abs=1e-5)
    assert np.abs(made - opened(base).encode_pages([page])[0].vectors).max() > 0.01


@pytest.mark.colpali
@pytest.mark.parametrize("old", ["model.layers", "model.model.layers"])
def test_an_adapter_with_names_of_older_libraries_loads_whole_or_not_at_all(
    base: Path, tmp_path: Path, old: str
) -> None:
    whole = adapter(base, tmp_path / "adapter")
    folder = altered(whole, tmp_path / "older", renamed("language_model.layers", old))
    page = noise(200, 300)
    expected = opened(whole).encode_pages([page])[0].vectors
    if old == "model.layers":  # as the published ColQwen2 adapters have it
        assert opened(folder).encode_pages([page])[0].vectors.tolist() == expected.tolist()
    else:
        with pytest.raises(ModelRejected, match=r"did not load completely: 12 missing keys"):
            opened(folder)


@pytest.mark.colpali
@pytest.mark.parametrize("missing", ["q_proj.lora_A.weight", "custom_text_proj.lora_B.weight"])
def test_an_adapter_without_one_of_its_tensors_is_refused(
    base: Path, tmp_path: Path, missing: str
) -> None:
    whole = adapter(base, tmp_path / "adapter")
    folder = altered(whole, tmp_path / "damaged", without(missing))
    with pytest.raises(ModelRejected, match=r"1 missing keys: .*lora_[AB]"):
        opened(folder)


@pytest.mark.colpali
@pytest.mark.parametrize(
    ("missing", "kind"), [("layers.0.mlp.up_proj.weight", "up_proj"), ("norm.weight", "norm")]
)
def test_an_adapter_over_a_damaged_base_is_refused(
    base: Path, tmp_path: Path, missing: str, kind: str
) -> None:
    damaged = Path(shutil.copytree(base, tmp_path / "base"))
    folder = adapter(damaged, tmp_path / "adapter")
    shutil.rmtree(damaged)
    altered(base, damaged, without(missing))
    with pytest.raises(
        ModelRejected, match=rf"weights: 1 of the model's come from no file .*{kind}"
    ):
        opened(folder)


@pytest.mark.colpali
@pytest.mark.parametrize("name", ["language_model.layers.1.mlp.up_proj.weight", PROJECTION])
def test_a_weight_that_did_not_come_from_the_files_is_seen_without_any_report(
    base: Path, name: str
) -> None:
    torch = import_module("torch")
    model = import_module("colpali_engine.models").ColQwen2.from_pretrained(str(base))
    check_weights("model", model, [base / WEIGHTS])
    torch.nn.init.normal_(model.get_parameter(name))
    with pytest.raises(ModelRejected, match=rf"no file \({name}\); 1 of the files' .*:{name}"):
        check_weights("model", model, [base / WEIGHTS])


@pytest.mark.colpali
def test_weights_in_half_precision_are_the_files_weights(base: Path) -> None:
    torch = import_module("torch")
    model = import_module("colpali_engine.models").ColQwen2.from_pretrained(str(base))
    check_weights("model", model.to(torch.bfloat16), [base / WEIGHTS])


@pytest.mark.colpali
def test_code_that_comes_with_a_model_is_not_run(base: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(base, tmp_path / "model"))
    names = ("AutoConfig", "AutoModel", "AutoProcessor", "AutoTokenizer", "AutoImageProcessor")
    (folder / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\nclass Own: pass\n")
    for file in folder.glob("*config.json"):
        config = json.loads(file.read_text())
        file.write_text(json.dumps({**config, "auto_map": dict.fromkeys(names, "own.Own")}))
    with suppress(ModelRejected):
        opened(folder)
    assert not (tmp_path / "ran").exists()


def test_a_report_names_the_first_of_what_is_wrong() -> None:
    check_report("model", {"missing_keys": [], "unexpected_keys": []})
    with pytest.raises(ModelRejected, match=r"7 unexpected keys: k0, k1, k2, k3, k4, …$"):
        check_report("model", {"unexpected_keys": [f"k{n}" for n in range(7)]})


def test_an_absent_engine_is_told_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loading, "ENGINE", "no_such_engine")
    with pytest.raises(MissingDependency, match=r"pip install '\.\[colpali\]'"):
        check_engine()


def _peft_rows(base: Path, folder: Path, image: Any) -> Any:
    torch, engine = import_module("torch"), import_module("colpali_engine.models")
    plain = engine.ColQwen2.from_pretrained(str(base))
    model = import_module("peft").PeftModel.from_pretrained(plain, str(folder)).eval()
    processor = engine.ColQwen2Processor.from_pretrained(str(base))
    inputs = processor.process_images([import_module("PIL.Image").fromarray(image)])
    with torch.inference_mode():
        return model(**inputs)[0][processor.get_image_mask(inputs)[0]].numpy()
