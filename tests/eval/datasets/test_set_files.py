from pathlib import Path

import pytest

from eval.datasets.set_files import SetFiles, find_set_files
from index.errors import InvalidRequest

THREE = ["corpus/test-0.parquet", "qrels/test-0.parquet", "queries/test-0.parquet"]


def put(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


def named(found: SetFiles, folder: Path) -> list[list[str]]:
    parts = (found.corpus, found.queries, found.qrels, found.rows)
    return [[path.relative_to(folder).as_posix() for path in part] for part in parts]


def test_each_part_has_its_folder_and_other_folders_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path, *THREE, "corpus/test-1.parquet", "documents_metadata/test-0.parquet")
    assert named(find_set_files(tmp_path), tmp_path) == [
        ["corpus/test-0.parquet", "corpus/test-1.parquet"],
        ["queries/test-0.parquet"],
        ["qrels/test-0.parquet"],
        [],
    ]


@pytest.mark.parametrize(
    "names",
    [
        ["corpus.parquet", "queries.parquet", "qrels.parquet"],
        ["corpus/test/0.parquet", "query/test/0.parquet", "default/test/0.parquet"],
        ["corpus-00000-of-00001.parquet", "queries/a.parquet", "data/test-0.parquet"],
    ],
)
def test_a_part_may_be_a_file_and_judgements_the_default(tmp_path: Path, names: list[str]) -> None:
    found = find_set_files(put(tmp_path, *names))
    assert named(found, tmp_path) == [*([name] for name in names), []]


def test_files_for_testing_go_before_others(tmp_path: Path) -> None:
    put(tmp_path, *THREE, "corpus/train-0.parquet", "queries/train/0.parquet")
    found = find_set_files(tmp_path)
    assert [path.name for path in found.corpus] == ["test-0.parquet"]
    assert [path.name for path in found.queries] == ["test-0.parquet"]


def test_files_that_name_no_part_hold_rows(tmp_path: Path) -> None:
    put(tmp_path, "data/test-0.parquet", "data/test-1.parquet", "data/testimony.parquet")
    assert named(find_set_files(tmp_path), tmp_path)[3] == [
        "data/test-0.parquet",
        "data/test-1.parquet",
    ]


def test_a_set_in_several_languages_needs_one_named(tmp_path: Path) -> None:
    for language in ("english", "french"):
        put(tmp_path / "set", *(f"{language}-{name}" for name in THREE))
    found = find_set_files(tmp_path / "set", language="french")
    assert {path.parent.name for path in (*found.corpus, *found.queries, *found.qrels)} == {
        "french-corpus",
        "french-queries",
        "french-qrels",
    }
    assert found.has_language
    for unknown in (None, "latin"):
        with pytest.raises(InvalidRequest, match="name one of english, french"):
            find_set_files(tmp_path / "set", language=unknown)


def test_languages_may_share_a_corpus(tmp_path: Path) -> None:
    put(tmp_path, "corpus/0.parquet", "french-queries/0.parquet", "french-qrels/0.parquet")
    found = find_set_files(tmp_path, language="french")
    assert named(found, tmp_path)[:2] == [["corpus/0.parquet"], ["french-queries/0.parquet"]]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "no parquet"),
        (THREE[:1], "lacks a part of a retrieval set: queries, qrels"),
        (THREE[1:], "lacks a part of a retrieval set: corpus"),
    ],
)
def test_a_missing_part_is_said(tmp_path: Path, names: list[str], told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        find_set_files(put(tmp_path, *names))
