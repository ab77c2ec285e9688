import pytest

from answer.terms import fold, likeness, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Société Générale", "societe generale"),
        ("ﬁnal", "final"),
        ("co\u00adop", "coop"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
    ],
)
def test_folding_unifies_what_readers_see_as_the_same(text: str, expected: str) -> None:
    assert fold(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2,509,889", ["2509889"]),
        ("3.4%", ["3.4"]),
        ("3,4 %", ["3.4"]),
        ("09:42AM", ["09:42", "am"]),
        ("($8.8)", ["8.8"]),
        ("", []),
    ],
)
def test_numbers_have_one_form(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("bridge", "bridge", 1.0),
        ("exportación", "exportacion", 0.8),
        ("buffer", "butfer", 0.8),
        ("bridge", "bride", 0.0),
        ("2015", "2016", 0.0),
        ("2509889", "2509888", 0.0),
        ("cat", "car", 0.0),
        ("", "bridge", 0.0),
    ],
)
def test_likeness_forgives_endings_and_slips_but_never_in_numbers(
    a: str, b: str, expected: float
) -> None:
    assert likeness(a, b) == expected
    assert likeness(b, a) == expected
