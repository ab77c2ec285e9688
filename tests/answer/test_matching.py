from collections.abc import Callable

import numpy as np

from answer.answers import EvidencePage
from answer.asking import take_apart
from answer.matching import Candidate, fit, read_candidates
from index.encoders.lexical import LexicalEncoder
from index.records import Box, Float32, PageWords, Word

MakePage = Callable[..., EvidencePage]
LEXICAL = LexicalEncoder()


def compare(question: str, *pages: EvidencePage) -> tuple[list[Candidate], Float32]:
    candidates = read_candidates(pages)
    return candidates, fit(take_apart(question, LEXICAL), candidates, LEXICAL)


def best(question: str, *pages: EvidencePage) -> str:
    candidates, found = compare(question, *pages)
    return candidates[int(np.argmax(found))].quote


def test_rare_terms_decide(make_page: MakePage) -> None:
    page = make_page(
        "The bridge of stone is old and grey.",
        "The bridge of stone is long and narrow.",
        "The bridge toll is nine marks a cart.",
    )

    assert (
        best("What is the toll of the stone bridge?", page)
        == "The bridge toll is nine marks a cart."
    )


def test_a_heading_gives_its_meaning_to_what_follows(make_page: MakePage) -> None:
    page = make_page(
        "Aldham branch",
        "",
        "The office opens at nine on all days of the week.",
        "",
        "",
        "Borley branch",
        "",
        "The office opens at ten on all days of the week.",
    )

    assert best("When does the Borley office open?", page).startswith("The office opens at ten")


def test_the_column_header_decides_between_tables(make_page: MakePage) -> None:
    old = make_page("               1999     2000", "Income          12       13", page=1)
    new = make_page("               2015     2016", "Income          14       15", page=2)

    assert best("What was the income in 2016?", old, new) == "Income 14 15"


def test_inflected_and_misread_words_still_match(make_page: MakePage) -> None:
    page = make_page("Visitcrs must pay nine marks.", "Children pay nothing at all here.")

    assert best("What do visitors pay?", page) == "Visitcrs must pay nine marks."


def test_of_two_alike_passages_the_one_with_the_expected_shape_wins(make_page: MakePage) -> None:
    page = make_page(
        "The bridge is rather long, people say.", "The bridge is 120 metres long, people say."
    )

    assert best("How long is the bridge?", page).startswith("The bridge is 120")


def test_of_two_alike_pages_the_more_relevant_wins(make_page: MakePage) -> None:
    pages = [
        make_page("The toll is nine marks.", page=n, relevance=r) for n, r in ((1, 0.2), (2, 0.9))
    ]

    candidates, found = compare("What is the toll?", *pages)

    assert candidates[int(np.argmax(found))].page.page == 2


def test_a_passage_that_finds_as_much_in_fewer_words_wins(make_page: MakePage) -> None:
    long = "The toll of nine marks " + "and much more besides " * 10 + "is told."
    page = make_page(long, "", "", "The toll of nine marks stays.")

    assert best("What is the toll?", page) == "The toll of nine marks stays."


def test_a_passage_that_only_repeats_the_question_loses(make_page: MakePage) -> None:
    page = make_page(
        "What is the toll of the bridge?", "The toll of the bridge: nine marks a cart."
    )

    assert (
        best("What is the toll of the bridge?", page)
        == "The toll of the bridge: nine marks a cart."
    )


def test_a_caption_loses_to_a_sentence_that_knows_as_much(make_page: MakePage) -> None:
    page = make_page(
        "Table 4: toll of each bridge and road.", "", "", "The toll of each bridge is nine marks."
    )

    assert (
        best("What is the toll of each bridge?", page) == "The toll of each bridge is nine marks."
    )


def test_the_sentence_next_to_a_match_is_preferred_to_one_far_from_it(make_page: MakePage) -> None:
    page = make_page(
        "Roads of Borley were paid for by all. They cost nine marks.",
        "Rain falls on most days. It is cold.",
        "Roads of Aldham were paid for by one. They cost four marks.",
    )

    candidates, found = compare("How many marks did Aldham roads cost?", page)
    scores = {c.quote: s for c, s in zip(candidates, found.tolist(), strict=True)}

    assert scores["They cost four marks."] > scores["They cost nine marks."]


def test_scores_of_a_page_do_not_depend_on_the_order_of_pages(make_page: MakePage) -> None:
    one = make_page("The toll at Aldham is nine marks.", page=1)
    two = make_page("The bridge of Borley is old.", page=2)

    _, forwards = compare("What is the toll at Aldham?", one, two)
    _, backwards = compare("What is the toll at Aldham?", two, one)

    assert forwards.tolist() == backwards.tolist()[::-1]


def test_a_question_for_a_reason_prefers_the_passage_that_gives_one(make_page: MakePage) -> None:
    page = make_page(
        "The bridge was shut by the mayor of the town.",
        "The bridge was shut because of the old rust.",
    )

    assert best("Why was the bridge shut?", page).endswith("because of the old rust.")


def test_words_of_the_running_head_do_not_tell_passages_of_the_page_apart() -> None:
    head = Word("Handbook", Box(0.1, 0.03, 0.2, 0.04), 0)
    lines = ["The handbook is sold here.", "The toll is nine marks."]
    body = [
        Word(text, Box(0.1 + 0.1 * n, top, 0.18 + 0.1 * n, top + 0.01), line)
        for line, top in enumerate((0.2, 0.3), start=1)
        for n, text in enumerate(lines[line - 1].split())
    ]
    page = EvidencePage("id", "a.pdf", 1, PageWords((head, *body), "ocr"), 1.0, lambda: b"")

    candidates, found = compare("What is the toll in the handbook?", page)
    scores = {c.quote: s for c, s in zip(candidates, found.tolist(), strict=True)}

    assert scores[lines[1]] > scores[lines[0]] + 0.25
