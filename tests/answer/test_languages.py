import pytest

from answer.languages import language_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The bridge of Aldham was opened by the mayor", "en"),
        ("Die Brücke wurde von der Bürgermeisterin eröffnet", "de"),
        ("Le pont est ouvert par la mairie", "fr"),
        ("Aldham Borley 1931", None),
        ("다리는 언제 열렸나요", None),
        ("", None),
    ],
)
def test_function_words_tell_the_language(text: str, expected: str | None) -> None:
    assert language_of(text.split()) == expected


def test_one_function_word_among_forty_others_tells_nothing() -> None:
    assert language_of(["the", *["Aldham"] * 40]) is None
