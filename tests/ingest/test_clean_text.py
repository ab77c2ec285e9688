import pytest

from ingest.clean_text import clean, is_filler, is_unmapped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("o\ufb03ce", "office"),
        ("\ufeb3\ufefc\ufee1", "\u0633\u0644\u0627\u0645"),
        ("\uff21\uff11", "A1"),
        ("co\u00adoperate", "cooperate"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("e\u0301", "\u00e9"),
        ("bell\x07 \x00", "bell"),
        ("\ue000\uf0b7bullet\ufffd", "bullet"),
        ("\u202eright-to-left\u202c", "right-to-left"),
        ("\ud800", ""),
    ],
)
def test_what_looks_alike_is_spelled_alike(text: str, expected: str) -> None:
    assert clean(text) == expected


@pytest.mark.parametrize(
    "text", ["10\u00b2", "\u00bd", "naïve", "日本語", "\u0645\u06cc\u200c\u062e", "a\u2013b"]
)
def test_what_means_something_of_its_own_is_kept(text: str) -> None:
    assert clean(text) == text


def test_leaders_and_blanks_are_fillers_and_a_dash_is_a_value() -> None:
    assert all(map(is_filler, ["......", "____", "·"]))
    assert not any(map(is_filler, ["-", "—", "1."]))


def test_private_and_replacement_characters_are_unmapped() -> None:
    assert all(map(is_unmapped, "\ufffd\ue123\x01"))
    assert not any(map(is_unmapped, "aé語"))
