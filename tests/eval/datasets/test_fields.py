import pytest

from eval.datasets.base import Label
from eval.datasets.fields import answers_of, labels_of


@pytest.mark.parametrize(
    ("row", "answers"),
    [
        ({"answer": "12 m"}, ("12 m",)),
        ({"answer": "['12 m', '12 metres']"}, ("12 m", "12 metres")),
        ({"answer": "[12, 13]"}, ("12", "13")),
        ({"answer": "[sic]"}, ("[sic]",)),
        ({"answers": ["12 m", "12 m ", ""]}, ("12 m",)),
        ({"answer": "Twelve.", "raw_answers": ["12", "Twelve."]}, ("Twelve.", "12")),
        ({"answer": None}, ()),
        ({}, ()),
    ],
)
def test_answers_are_read_in_every_form(row: dict[str, object], answers: tuple[str, ...]) -> None:
    assert answers_of(row) == answers


@pytest.mark.parametrize(
    ("row", "labels"),
    [
        (
            {"language": "french", "query": "?", "prompt": "Write a question."},
            {"language": "french"},
        ),
        ({"query_types": ["open", "boolean"]}, {"kind": "boolean, open"}),
        ({"question_types": ["table/list"]}, {"kind": "table/list"}),
        ({"query_types": [], "query_format": None}, {}),
    ],
)
def test_labels_have_one_name_whatever_the_set_calls_them(
    row: dict[str, object], labels: dict[str, Label]
) -> None:
    assert labels_of(row) == labels
