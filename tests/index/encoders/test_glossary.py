import json
from importlib.resources import files

import pytest

from index.encoders.glossary import SHIPPED, Glossary, glossary
from index.encoders.stems import WORD, plain


def english(text: str) -> list[str]:
    return glossary().english(text.split())


def test_words_of_another_language_have_their_english_beside_them() -> None:
    assert english("Quel est le prix du billet ?") == ["", "", "", "price prize", "", "ticket", ""]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wie alt sind die Kinder in der Schule", ["child", "student school"]),
        ("¿Cuántas casas hay en la ciudad?", ["house", "city town"]),
        ("Quanti sono i libri che ha la biblioteca", ["book", "library"]),
        ("Hoeveel bomen zijn er in het bos", ["tree", "forest"]),
        ("Quantas são as janelas da igreja", ["window", "church"]),
    ],
)
def test_inflected_words_are_known_in_each_language(text: str, expected: list[str]) -> None:
    known = [one for one in english(text) if one]
    assert known[-2:] == expected


def test_an_english_text_has_no_english_beside_it() -> None:
    assert english("How much pain was there in the chat about the main car") == [""] * 12


def test_a_text_of_names_and_numbers_has_none_either() -> None:
    assert english("Pagesight GmbH 2024 Total 14,7") == [""] * 5


def test_a_word_that_the_list_lacks_stays_without() -> None:
    assert english("Das ist ein Xylophon")[-1] == ""


def test_a_word_behind_an_elided_article_is_known() -> None:
    assert english("Qui a le droit d\u2019ouvrir l'école")[-2:] == ["open", "school"]


def test_a_compound_is_taken_apart_where_both_parts_are_known() -> None:
    compounds = "Das ist der Wasserdruck und der Bahnhofsplatz mit der Xylophongruppe"
    assert [one for one in english(compounds) if one] == ["water pressure", "station square"]


def test_a_stop_word_is_not_told_though_the_list_has_its_stem() -> None:
    assert glossary().english(["wer", "war", "das", "Jahr"]) == ["", "", "", "year"]


def test_no_more_than_two_meanings_are_told() -> None:
    known = Glossary({"de": [("Bank", "bench"), ("Bank", "bank"), ("Bänke", "shoal")]})
    assert known.english(["das", "ist", "die", "Bank"])[-1] == "bench bank"


def test_every_line_of_the_list_has_words_that_a_text_can_hold() -> None:
    header, *lines = json.loads(files("index.encoders").joinpath(SHIPPED).read_bytes())
    assert header == ["en", "de", "fr", "es", "it", "nl", "pt"]
    assert {len(line) for line in lines} == {len(header)}
    words = [word for line in lines for cell in line[1:] for word in cell.split()]
    assert [word for word in words if len(WORD.findall(plain(word))) != 1] == []
