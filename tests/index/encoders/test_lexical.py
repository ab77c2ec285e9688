import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoders.lexical import K1, MEAN_PAGE_TERMS, B, LexicalEncoder, encode_term
from index.records import SparseVector

ENGLISH = LexicalEncoder("en")


def terms(text: str, language: str = "en") -> list[str]:
    return list(LexicalEncoder(language).terms(text))


def overlap(page: SparseVector, question: SparseVector) -> float:
    _, at_page, at_question = np.intersect1d(page.indices, question.indices, return_indices=True)
    return float(page.values[at_page] @ question.values[at_question])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14.7% growth", ["14.7", "growth"]),
        ("2,509,889 units", ["2.509.889", "2509889", "unit"]),
        ("2.509.889", ["2.509.889", "2509889"]),
        ("14,7", ["14.7"]),
        ("31.12.2018", ["31.12.2018", "31", "12", "2018"]),
        ("$43billion", ["43billion", "43", "billion"]),
        ("in 2018.", ["in", "2018"]),
        ("FY2023", ["fy2023", "fy", "2023"]),
        ("e-commerce", ["e", "commerc", "ecommerc"]),
        ("infor-\nmation", ["infor", "mation", "inform"]),
        ("co\u00adoperate", ["cooper"]),
        ("\ufb01nal", ["final"]),
        ("Amazon's", ["amazon", "s"]),
    ],
)
def test_text_becomes_these_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "\ucee4\ud53c\uc804\ubb38\uc810",
            ["\ucee4\ud53c", "\ud53c\uc804", "\uc804\ubb38", "\ubb38\uc810"],
        ),
        ("\u65e5\u672c\u8a9e", ["\u65e5\u672c", "\u672c\u8a9e"]),
        ("\u732b", ["\u732b"]),
        ("\u0e20\u0e32\u0e29\u0e32", ["\u0e20\u0e32", "\u0e32\u0e29", "\u0e29\u0e32"]),
    ],
)
def test_scripts_without_spaces_become_bigrams(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


def test_arabic_letters_written_differently_are_one_term() -> None:
    with_article_and_marks = "\u0627\u0644\u0645\u0643\u062a\u064e\u0628\u0629"
    assert terms(with_article_and_marks) == terms("\u0645\u0643\u062a\u0628\u0647")


def test_vowel_signs_do_not_break_a_hindi_word() -> None:
    assert len(terms("\u0939\u093f\u0928\u094d\u0926\u0940")) == 1


def test_accents_do_not_part_words() -> None:
    assert terms("R\u00e9sum\u00e9 na\u00efve \u0141\u00f3d\u017a") == terms("resume naive lodz")


def test_each_language_has_its_own_stems() -> None:
    assert terms("maisons", "fr") == terms("maison", "fr")
    assert terms("H\u00e4user", "de") != terms("H\u00e4user", "en")


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    assert terms("running", "xx") == ["running"]


def test_a_term_is_worth_what_bm25_says() -> None:
    page = ENGLISH.encode_page("apple apple pear")
    damping = K1 * (1 - B + B * 3 / MEAN_PAGE_TERMS)
    expected = sorted(tf * (K1 + 1) / (tf + damping) for tf in (1, 2))
    assert sorted(page.values.tolist()) == pytest.approx(expected)


def test_more_of_a_term_is_worth_more_and_longer_pages_are_worth_less() -> None:
    asked = ENGLISH.encode_question("apple")
    once, twice = ENGLISH.encode_page("apple"), ENGLISH.encode_page("apple apple")
    diluted = ENGLISH.encode_page("apple " + "filler words " * 200)
    assert overlap(diluted, asked) < overlap(once, asked) < overlap(twice, asked)


def test_a_question_matches_the_other_form_of_its_words() -> None:
    page = ENGLISH.encode_page("Net revenues of 1,234 million")
    assert overlap(page, ENGLISH.encode_question("What was the revenue, 1234?")) > 0


def test_a_question_leaves_out_its_stop_words() -> None:
    asked = ENGLISH.encode_question("What is the revenue of the company?")
    assert asked.indices.tolist() == ENGLISH.encode_question("company revenue").indices.tolist()
    assert asked.values.tolist() == [1.0, 1.0]


def test_a_question_of_only_stop_words_keeps_them() -> None:
    assert len(ENGLISH.encode_question("who is it").indices) == 3


def test_a_page_in_another_language_is_found_by_its_english() -> None:
    page = ENGLISH.encode_page("Die Bibliothek ist im Sommer f\u00fcr Kinder offen")
    other = ENGLISH.encode_page("Die Pumpe ist im Winter f\u00fcr Gäste offen")
    asked = ENGLISH.encode_question("Can children use the library in summer?")
    assert overlap(page, asked) > overlap(other, asked) == 0


def test_a_question_in_another_language_finds_an_english_page() -> None:
    asked = ENGLISH.encode_question("Quelle est la hauteur de la neige ?")
    assert overlap(ENGLISH.encode_page("height of snow"), asked) > 0


def test_an_english_question_has_no_terms_of_other_languages() -> None:
    asked = ENGLISH.encode_question("children in the library")
    assert asked.indices.tolist() == sorted(ENGLISH.encode_page("children library").indices)


def test_a_term_alone_is_what_a_question_of_it_is() -> None:
    alone, asked = encode_term("bridg"), ENGLISH.encode_question("bridges")
    assert (alone.indices.tolist(), alone.values.tolist()) == (asked.indices.tolist(), [1.0])


def test_a_text_without_words_has_no_terms() -> None:
    assert len(ENGLISH.encode_page(" \u2026 -- !").indices) == 0


def test_term_ids_are_the_same_in_every_process() -> None:
    assert ENGLISH.encode_page("revenue").indices.tolist() == [4201686322]


def test_terms_with_one_id_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.encoders.lexical._term_id", lambda _: 7)
    page = ENGLISH.encode_page("apple pear")
    assert page.indices.tolist() == [7]
    damping = K1 * (1 - B + B * 2 / MEAN_PAGE_TERMS)
    assert page.values.tolist() == pytest.approx([2 * (K1 + 1) / (1 + damping)])


def test_the_name_tells_languages_apart() -> None:
    assert LexicalEncoder("fr").name != ENGLISH.name


@given(st.text(max_size=200))
def test_any_text_gives_ascending_ids_and_bounded_values(text: str) -> None:
    page = ENGLISH.encode_page(text)
    assert all(value > 0 for value in page.values)
    assert math.isfinite(float(page.values.sum()))
    assert page.values.sum() <= (K1 + 1) * max(1, len(list(ENGLISH.terms(text))))
