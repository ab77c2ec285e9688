from index.encoders.stop_words import STOP_WORDS, foreign_language, stop_words_of


def test_the_language_of_most_stop_words_is_taken() -> None:
    french = ["Quel", "est", "le", "montant", "total", "de", "la", "facture"]
    assert stop_words_of(french) is STOP_WORDS["fr"]


def test_a_content_word_of_one_language_is_kept_though_it_is_a_stop_word_of_another() -> None:
    assert "war" not in stop_words_of(["when", "did", "the", "war", "end"])


def test_a_tie_goes_to_the_given_language() -> None:
    assert stop_words_of(["revenue"], language="nl") is STOP_WORDS["nl"]


def test_an_unknown_language_falls_back_to_the_lists() -> None:
    assert stop_words_of(["what", "is", "it"], language="xx") is STOP_WORDS["en"]


def test_a_stop_word_is_known_without_its_accents() -> None:
    assert {"\u00e9t\u00e9", "ete"} <= STOP_WORDS["fr"]


def test_a_text_is_foreign_by_its_stop_words() -> None:
    asked = "quel est le montant total de la facture"
    assert foreign_language(asked.split()) == "fr"


def test_an_english_text_with_foreign_names_is_not_foreign() -> None:
    asked = "when was the bank of la rochelle in france founded"
    assert foreign_language(asked.split()) is None


def test_a_few_stop_words_among_many_words_make_no_language() -> None:
    assert foreign_language(["de", "la", *["revenue"] * 19]) is None


def test_single_letters_make_no_language() -> None:
    assert foreign_language(["l", "n", "c"]) is None


def test_one_stop_word_again_and_again_makes_no_language() -> None:
    assert foreign_language(["example", "com", "naming", "com"]) is None
