import pytest

from api.shown import shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is \u202e12\u202c metres\x1b[31m.\x00", "It is 12 metres[31m."),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a ![dam](https://evil.example/?q=1) b", "a dam b"),
        ("a <img src=x onerror=alert(1)> b", "a  b"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("<SVG/onload=alert(1)", ""),
    ],
)
def test_nothing_in_a_shown_text_acts(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "12 < 13 and 15 > 14",
        "run git clone <name>",
        "see [1] and https://example.com/?id=3",
        "line one\nline\ttwo",
        "\u0645\u06cc\u200c\u0634\u0648\u062f",
        "<amount> or <available>",
    ],
)
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text
