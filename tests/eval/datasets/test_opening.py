import json
from pathlib import Path

import pytest

from eval.datasets.base import EvalSet
from eval.datasets.opening import open_set
from index.errors import InvalidRequest
from tests.eval.datasets.parquet_files import write_rows
from tests.eval.pictures import packed, page


def opened(source: Path, language: str | None = None) -> EvalSet:
    return open_set(str(source), work=source.parent / "work", language=language)


def put_docvqa(folder: Path, *names: str, images: str = "documents/p.png") -> Path:
    (folder / images).parent.mkdir(parents=True, exist_ok=True)
    (folder / images).write_bytes(packed(page("Dams")))
    row = {"questionId": 1, "question": "How tall?", "image": "documents/p.png", "answers": ["12"]}
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps({"data": [row]}))
    return folder


def test_a_golden_set_is_opened(tmp_path: Path) -> None:
    folder = tmp_path / "golden"
    write_rows(folder / "corpus" / "attached.parquet", [{"a": 1}])
    (folder / "queries.jsonl").write_text('{"query_id": "q", "query": "How tall?", "answers": []}')
    (folder / "qrels.tsv").write_text("query_id\tdoc\tpage\nq\ta\t2\n")
    assert opened(folder).questions[0].pages == (("a", 2, 1),)


def test_half_a_golden_set_is_told_what_it_lacks(tmp_path: Path) -> None:
    folder = tmp_path / "golden"
    folder.mkdir()
    (folder / "queries.jsonl").write_text('{"query_id": "q", "query": "How tall?", "answers": []}')
    with pytest.raises(InvalidRequest, match=r"not a golden set.*qrels\.tsv"):
        opened(folder)


def test_a_folder_and_a_file_of_parquet_are_opened(tmp_path: Path) -> None:
    file = tmp_path / "tabfquad" / "data" / "test-0.parquet"
    write_rows(file, [{"query": "How tall?", "image": "Dams", "language": "english"}])
    found = opened(tmp_path / "tabfquad", "english")
    assert found.name == "tabfquad-english"
    assert [path.parent for path in found.corpus] == [tmp_path / "work" / "tabfquad" / "pages"]
    assert opened(file).questions == found.questions


@pytest.mark.parametrize("name", ["val.json", "qas/val.json"])
def test_a_folder_of_docvqa_and_its_question_file_are_opened(tmp_path: Path, name: str) -> None:
    folder = put_docvqa(tmp_path / "docvqa", name)
    (folder / "about.json").write_text("{}")
    for source in (folder, folder / name):
        found = opened(source)
        assert found.corpus == (folder / "documents" / "p.png",)
        assert found.name == "val"


def test_a_question_file_may_lie_among_its_images(tmp_path: Path) -> None:
    folder = put_docvqa(tmp_path / "docvqa", "val.json", images="p.png")
    (tmp_path / "above").mkdir()
    (tmp_path / "above" / "p.png").write_bytes(packed(page("Another")))
    assert opened(folder / "val.json").corpus == (folder / "p.png",)


def test_one_of_several_question_files_must_be_named(tmp_path: Path) -> None:
    folder = put_docvqa(tmp_path / "docvqa", "train.json", "val.json")
    with pytest.raises(InvalidRequest, match=r"name one of them: train\.json, val\.json"):
        opened(folder)


def test_what_is_no_set_is_told_what_was_looked_for(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "other.json").write_text("{}")
    for source in (folder, folder / "other.json"):
        with pytest.raises(InvalidRequest, match=r"queries\.jsonl.*parquet.*JSON file"):
            opened(source)


def test_a_place_that_is_nowhere_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="neither a folder or file here nor a name on the hub"):
        opened(tmp_path / "absent")


def test_a_name_on_the_hub_needs_the_network_allowed(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="PAGESIGHT_HUB=true"):
        open_set("no-such-owner-here/no-such-set", work=tmp_path)


def test_a_language_is_refused_where_questions_do_not_tell_theirs(tmp_path: Path) -> None:
    folder = put_docvqa(tmp_path / "docvqa", "val.json")
    with pytest.raises(InvalidRequest, match="does not say in which language"):
        opened(folder, "french")
