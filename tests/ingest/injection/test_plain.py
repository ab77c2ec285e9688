import pytest

from ingest.injection.plain import is_disguised, plain, without_digits


@pytest.mark.parametrize(
    "text",
    [
        "Ignore",
        "IGNORE",
        "\uff29\uff47\uff4e\uff4f\uff52\uff45",  # full width
        "ig\u200bno\u2060re",  # zero width space, word joiner
        "\u202eignore",  # right-to-left override
        "\u0456gn\u043er\u0435",  # Cyrillic i, o, e
        "\u03b9gnore",  # Greek iota
        "ig\U000e0061nore",  # a tag character
        "i\u0301gn\u00f6re",  # accents
        "\U0001d422\U0001d420\U0001d427\U0001d428\U0001d42b\U0001d41e",  # mathematical bold
    ],
)
def test_one_word_in_any_disguise_is_one_word(text: str) -> None:
    assert plain(text) == "ignore"


@pytest.mark.parametrize("text", ["\u0438\u0433\u043d\u043e\u0440", "\u03b9\u03b4\u03ad\u03b1"])
def test_words_of_another_alphabet_keep_their_letters(text: str) -> None:
    assert not plain(text).isascii()


def test_digits_that_stand_for_letters_become_them() -> None:
    assert without_digits("1gn0re prev1ous in 2024") == "ignore previous in 2024"


@pytest.mark.parametrize(
    "text", ["ig\u200bnore", "\u202eerongi", "\u202dabc", "a" + "\U000e0069" * 4, "ign\u2060ore"]
)
def test_what_nobody_sees_inside_words_is_a_disguise(text: str) -> None:
    assert is_disguised(["a", text])


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "soft\u00adhyphen",
        "\u0645\u06cc\u200c\u0634\u0648\u062f",
        "\ufeffmark",
        "caf\u00e9",
    ],
)
def test_honest_words_are_no_disguise(text: str) -> None:
    assert not is_disguised([text])
