import pytest
from tokenizers import Tokenizer

from answer.budget.words import text_tokens
from index.encoders.minilm import packaged_folder

PASSAGES = (
    "The pump draws 1.4 kW at an outdoor temperature of 7 °C and reaches 55 °C in the tank.",
    "Net sales rose by 12.5% to $4,310 million; income fell to $702 million (2023: $811).",
    "1. Close the valve.\n2. Wait for the green lamp.\n3. Press and hold the button for 5 s.",
    "Invoice QL-2024-0417, due 17/05/2024, VAT no. GB 123 4567 89, total amount EUR 1,204.50",
    "Die Bibliothek zählte im Berichtsjahr 41.870 Besuche, ein Viertel mehr als im Vorjahr.",
    "Le jardin est ouvert tous les jours de 8 h à 20 h, sauf le lundi et les jours fériés.",
    "本报告介绍了公司在过去一年中的主要经营情况和财务状况。",
    "この報告書は、当社の過去一年間の主要な事業活動と財務状況を紹介しています。",
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        (" \n ", 0),
        ("dam", 1),  # 3 / 3.5
        ("reservoir", 3),  # 9 / 3.5
        ("zählte", 3),  # 6 / 2.5, the ASCII letters before the umlaut with it
        ("вода", 2),
        ("1,234", 5),
        ("報告書", 3),
        ("......", 2),
        ("...,", 2),
        ("\U0001f426", 2),
        ("dam reservoir", 4),
    ],
)
def test_a_text_counts_by_its_scripts_as_computed_by_hand(text: str, tokens: int) -> None:
    assert text_tokens(text) == tokens


def test_the_estimate_is_above_a_real_tokenizers_count_on_most_texts() -> None:
    tokenizer = Tokenizer.from_file(str(packaged_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    counts = [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in PASSAGES]

    shares = [text_tokens(text) / count for text, count in zip(PASSAGES, counts, strict=True)]

    assert sum(share >= 1 for share in shares) >= len(shares) - 1
    assert min(shares) > 0.85  # German, read with an English vocabulary
    assert max(shares) < 2
