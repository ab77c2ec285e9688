import json
from pathlib import Path
from typing import Any

import pytest

from eval.datasets.docvqa import holds_docvqa, read_docvqa
from index.errors import InvalidRequest
from tests.eval.pictures import packed, page

SINGLE = [
    {
        "questionId": 337,
        "question": "What is the date?",
        "question_types": ["handwritten", "form"],
        "image": "documents/xnbl0037_1.png",
        "docId": 279,
        "answers": ["1/8/93", "8 January 1993"],
        "data_split": "val",
    },
    {"questionId": 338, "question": "Who wrote it?", "image": "documents/ffbf_2.png"},
]
MULTI = [
    {
        "questionId": 49153,
        "question": "What is the budget?",
        "page_ids": ["pybv0228_p80", "pybv0228_p81", "pybv0228_p82"],
        "answers": ["$ 12"],
        "answer_page_idx": 1,
        "doc_id": "pybv0228",
        "data_split": "val",
    }
]


def put(folder: Path, rows: list[dict[str, Any]], *images: str) -> Path:
    for name in images:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(packed(page(name)))
    folder.mkdir(exist_ok=True)
    (folder / "val.json").write_text(json.dumps({"dataset_name": "DocVQA", "data": rows}))
    return folder / "val.json"


@pytest.fixture
def single(tmp_path: Path) -> Path:
    return put(tmp_path / "set", SINGLE, "documents/xnbl0037_1.png", "documents/ffbf_2.png")


@pytest.fixture
def multi(tmp_path: Path) -> Path:
    return put(tmp_path / "set", MULTI, *(f"images/pybv0228_p{n}.jpg" for n in (80, 81, 82, 99)))


def test_a_question_on_a_page_has_that_page_as_gold(single: Path) -> None:
    found = read_docvqa(single)
    first, second = found.questions
    assert first.pages == (("xnbl0037_1", 1, 1),)
    assert first.answers == ("1/8/93", "8 January 1993")
    assert first.labels == {"kind": "form, handwritten"}
    assert (first.id, first.text) == ("337", "What is the date?")
    assert second.pages == (("ffbf_2", 1, 1),)
    assert second.answers == ()
    assert found.judged == "alternatives"


def test_a_question_on_several_pages_has_the_page_of_its_answer_as_gold(multi: Path) -> None:
    found = read_docvqa(multi)
    assert found.questions[0].pages == (("pybv0228_p81", 1, 1),)
    assert found.questions[0].answers == ("$ 12",)


def test_every_page_that_a_question_names_is_searched(multi: Path) -> None:
    assert [path.stem for path in read_docvqa(multi).corpus] == MULTI[0]["page_ids"]


def test_images_may_lie_in_another_folder(single: Path, tmp_path: Path) -> None:
    (tmp_path / "set" / "documents").rename(tmp_path / "scans")
    found = read_docvqa(single, images=tmp_path / "scans")
    assert [path.parent for path in found.corpus] == [tmp_path / "scans"] * 2


def test_pages_of_the_same_bytes_are_one_document(single: Path, tmp_path: Path) -> None:
    documents = tmp_path / "set" / "documents"
    (documents / "xnbl0037_1.png").write_bytes((documents / "ffbf_2.png").read_bytes())
    found = read_docvqa(single)
    assert [path.stem for path in found.corpus] == ["ffbf_2"]
    assert {one.pages for one in found.questions} == {(("ffbf_2", 1, 1),)}


def test_a_missing_image_is_named(single: Path, tmp_path: Path) -> None:
    (tmp_path / "set" / "documents" / "ffbf_2.png").unlink()
    with pytest.raises(InvalidRequest, match=r"lacks the page image documents/ffbf_2\.png"):
        read_docvqa(single)


@pytest.mark.parametrize("path", ["../secret.png", "{}/secret.png"])
def test_a_file_outside_the_folder_is_no_page(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.png").write_bytes(packed(page("Secret")))
    row = {"questionId": 1, "question": "What?", "image": path.format(tmp_path)}
    with pytest.raises(InvalidRequest, match="lacks the page image"):
        read_docvqa(put(tmp_path / "set", [row]))


def test_two_pages_of_one_name_are_refused(tmp_path: Path) -> None:
    rows = [
        {"questionId": n, "question": "What?", "image": f"{folder}/p.png"}
        for n, folder in enumerate("ab")
    ]
    with pytest.raises(InvalidRequest, match="are two pages of one name"):
        read_docvqa(put(tmp_path / "set", rows, "a/p.png", "b/p.png"))


@pytest.mark.parametrize("place", [None, 3, -1])
def test_a_split_that_withholds_the_page_is_refused(tmp_path: Path, place: int | None) -> None:
    row = {**MULTI[0], "answer_page_idx": place}
    with pytest.raises(InvalidRequest, match=f"49153 .*answer_page_idx is {place}; test splits"):
        read_docvqa(put(tmp_path / "set", [row]))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "cannot be read"),
        ("[]", "holds no list `data`"),
        ('{"data": [1]}', "holds no list `data`"),
        ('{"data": [{"question": "What?"}]}', "a question has questionId"),
        ('{"data": [{"questionId": 1, "question": " ", "image": "a.png"}]}', "question 1 is empty"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(tmp_path: Path, content: str, told: str) -> None:
    file = put(tmp_path / "set", [], "a.png")
    file.write_text(content)
    with pytest.raises(InvalidRequest, match=told):
        read_docvqa(file)


def test_a_question_file_is_told_by_what_it_holds(single: Path, tmp_path: Path) -> None:
    other = tmp_path / "package.json"
    other.write_text('{"data": [{"name": "x"}]}')
    assert holds_docvqa(single)
    assert not holds_docvqa(other)
    assert not holds_docvqa(tmp_path / "absent.json")
