import pytest

from answer.layout import read_blocks, read_lines
from answer.passages import read_passages
from eval.drafting.sentences import field_facts, sentence_facts
from tests.answer.conftest import lay


def told(sentence: str, language: str) -> list[tuple[str, str, str]]:
    facts = sentence_facts(read_passages(lay([sentence])), language)
    return [(fact.kind, fact.subject, fact.answer) for fact in facts]


def fields(*lines: str) -> list[tuple[str, str]]:
    words = lay(lines).words
    return [(fact.subject, fact.answer) for fact in field_facts(read_blocks(read_lines(words)))]


@pytest.mark.parametrize(
    ("language", "sentence", "fact"),
    [
        (
            "en",
            "The granite surface plate weighs 610 kg and is moved by the makers only.",
            ("figure", "The granite surface plate", "610 kg"),
        ),
        (
            "en",
            "Net regional debt stood at £71.4 million, against a capital of more.",
            ("figure", "Net regional debt", "£71.4 million"),
        ),
        (
            "en",
            "The Osby trunk main was opened in 1931 by the mayor.",
            ("date", "The Osby trunk main", "1931"),
        ),
        (
            "en",
            "A peat probe is a rod with a sensor at its tip.",
            ("definition", "A peat probe", "a rod with a sensor at its tip"),
        ),
        (
            "de",
            "Der städtische Zuschuss betrug 1.184.000 Euro.",
            ("figure", "Der städtische Zuschuss", "1.184.000 Euro"),
        ),
        (
            "de",
            "Die neue Bücherei wurde im Jahr 1987 eröffnet und später erweitert.",
            ("date", "Die neue Bücherei", "1987"),
        ),
        (
            "de",
            "Der alte Bücherbus ist eine rollende Zweigstelle mit drei Regalen.",
            ("definition", "Der alte Bücherbus", "eine rollende Zweigstelle mit drei Regalen"),
        ),
        (
            "fr",
            "La pompe solaire pèse environ 48 kg sans son socle.",
            ("figure", "La pompe solaire", "48 kg"),
        ),
        (
            "fr",
            "Le four commun a été construit en 2021 avec des briques.",
            ("date", "Le four commun", "2021"),
        ),
        (
            "fr",
            "Le purin vert est un engrais liquide que chacun prépare.",
            ("definition", "Le purin vert", "un engrais liquide que chacun prépare"),
        ),
    ],
)
def test_a_plain_sentence_tells_a_fact(
    language: str, sentence: str, fact: tuple[str, str, str]
) -> None:
    assert told(sentence, language) == [fact]


@pytest.mark.parametrize(
    "sentence",
    [
        "It weighs 610 kg and is moved by the makers only.",
        "The price is £300 below the tender that came in.",
        "How large is the error that the probes make?",
        "Female heads of household were 1.1 times more likely to move.",
        "The yearly interest expense was $459 million, $484 million, and $848 million.",
        "Older people of Osby are about 20 percentage points more likely to move.",
        "Everyone who took part is a member of the panel that was made.",
        "The lower soil layer is 1.1 to 3.4 m deep on the moss.",
    ],
)
def test_a_sentence_without_a_clear_subject_or_figure_tells_nothing(sentence: str) -> None:
    assert told(sentence, "en") == []


def test_a_date_keeps_the_words_that_say_what_was_done() -> None:
    passages = read_passages(lay(["The Osby trunk main was opened in 1931 by the mayor."]))
    assert sentence_facts(passages, "en")[0].details == ("was", "opened")


def test_lines_of_a_label_and_a_value_are_fields() -> None:
    assert fields("Invoice number: QL-17", "Payment due: 17 May 2024.") == [
        ("Invoice number", "QL-17"),
        ("Payment due", "17 May 2024"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Note: sums are rounded",
        "lower case: no label",
        "Leitung: Kell. Adresse: Weg 3",
        "Toc: A ...9",
    ],
)
def test_what_only_looks_like_a_field_is_none(line: str) -> None:
    assert fields(line) == []


def test_a_colon_inside_a_paragraph_makes_no_field() -> None:
    assert (
        fields("The board met and said this: all", "the pipes are old and must be replaced") == []
    )
