import pytest

from answer.layout import read_blocks, read_lines
from eval.drafting.captions import caption_facts
from eval.drafting.facts import Fact
from tests.answer.conftest import lay


def captions(*lines: str) -> list[Fact]:
    words = lay(lines).words
    return caption_facts(words, read_blocks(read_lines(words)))


@pytest.mark.parametrize(
    ("line", "subject", "answer"),
    [
        (
            "Figure 1. Water taken from each source in 2024. Others are left out.",
            "Figure 1",
            "Water taken from each source in 2024",
        ),
        (
            "Abb. 3: Besuche der Zweigstellen nach Monat",
            "Abb. 3",
            "Besuche der Zweigstellen nach Monat",
        ),
        ("Tableau 2 : Récolte pesée par parcelle", "Tableau 2", "Récolte pesée par parcelle"),
    ],
)
def test_a_caption_says_what_its_figure_shows(line: str, subject: str, answer: str) -> None:
    found = captions(line)
    assert [(fact.subject, fact.answer) for fact in found] == [(subject, answer)]


@pytest.mark.parametrize(
    "line", ["Figure 4 shows the leakage of each year.", "See Figure 4. It rose."]
)
def test_a_sentence_about_a_figure_is_no_caption(line: str) -> None:
    assert captions(line) == []
