import json
from pathlib import Path

import pytest

from api.settings import Settings
from eval.ablations import Variant, ablate, chosen, variants
from eval.datasets.base import EvalSet
from eval.datasets.golden import read_golden
from eval.reports.ablations import COLUMNS, ablation_rows, markdown_ablations
from index.catalog.database import Database
from index.errors import InvalidRequest
from tests.eval.records import given, outcome, question, record
from tests.tiny import pdf, settings


def groups(some: list[Variant]) -> set[str]:
    return {one.group for one in some}


def test_what_needs_a_model_is_left_out_without_one(tmp_path: Path) -> None:
    assert groups(variants(settings(tmp_path))) == {
        "arms",
        "K",
        "pooling",
        "quantization",
        "words",
        "pixels",
    }


def test_a_visual_model_brings_rows_and_a_language_model_answers(tmp_path: Path) -> None:
    configured = settings(tmp_path, vlm_url="http://127.0.0.1:9/v1")
    found = variants(configured, encoder="vidore/colpali-v1.3")

    assert groups(found) >= {"rows", "answers"}
    assert {one.index["rows"] for one in found if one.group == "rows"} == {"patch", "text", "fused"}


def test_names_are_usable_for_collections_and_settings_are_known(tmp_path: Path) -> None:
    for one in variants(settings(tmp_path), encoder="a"):
        assert set(one.settings) <= set(Settings.model_fields)
        assert one.slug.replace("-", "").isalnum() or not one.reindexes


def test_groups_are_chosen_by_name_and_unknown_ones_refused(tmp_path: Path) -> None:
    found = variants(settings(tmp_path))

    assert chosen(found, []) == found
    assert groups(chosen(found, ["arms", "K"])) == {"arms", "K"}
    with pytest.raises(InvalidRequest, match="no ablation rows here; there are arms"):
        chosen(found, ["rows"])


@pytest.fixture
def dams(tmp_path: Path) -> EvalSet:
    folder = tmp_path / "dams"
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "dams.pdf").write_bytes(pdf("The dam is tall", "Herons nest here"))
    line = {"query_id": "q", "query": "Where do herons nest?", "answers": ["here"]}
    (folder / "queries.jsonl").write_text(json.dumps(line))
    (folder / "qrels.tsv").write_text("query_id\tdoc\tpage\nq\tdams\t2\n")
    return read_golden(folder)


@pytest.mark.slow
def test_each_variant_is_run_beside_the_default(
    tmp_path: Path, database: Database, dams: EvalSet
) -> None:
    url = database.engine.url.render_as_string(hide_password=False)
    configured = settings(tmp_path / "data", database_url=url)
    told: list[str] = []
    some = [one for one in variants(configured) if one.name in ("BM25 alone", "text layer alone")]
    records = ablate(dams, configured, some, told.append)

    assert told == list(records) == ["default", "BM25 alone", "text layer alone"]
    assert records["BM25 alone"].arms == ("bm25",)
    manifests = {
        name: run.circumstances.collection["manifest"]["ocr"] for name, run in records.items()
    }
    assert manifests["text layer alone"] == "none" != manifests["default"]


def test_the_table_tells_each_change_with_its_interval() -> None:
    default = record([outcome(question("a"), 1, given()), outcome(question("b"), 1, given())])
    worse = record([outcome(question("a"), 1, given()), outcome(question("b"), None, given())])
    rows = list(ablation_rows({"default": default, "worse": worse}))

    assert rows[0][:3] == ("default", "1.000", "+0.000 [+0.000, +0.000]")
    assert rows[1][:3] == ("worse", "0.500", "-0.500 [-1.000, +0.000]")
    assert all(len(row) == len(COLUMNS) for row in rows)
    assert markdown_ablations({"default": default}).startswith("| variant | nDCG@5 |")
