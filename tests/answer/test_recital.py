from collections.abc import Callable

from answer.answers import EvidencePage, Sentence, Token, refusal
from answer.extractive import ExtractiveAnswerer
from answer.recital import Recital
from answer.stop import Stop

MakePage = Callable[..., EvidencePage]


def test_quotes_are_told_a_sentence_for_each(make_page: MakePage) -> None:
    page = make_page("The dam is twelve metres tall.")

    token, answer = Recital(ExtractiveAnswerer()).stream("How tall is the dam?", [page])

    assert token == Token(0, "The dam is twelve metres tall.")
    assert answer.text == token.text
    assert answer.sentences == (Sentence(answer.text, (0,)),)  # type: ignore[union-attr]  # an answer
    assert answer.grounded  # type: ignore[union-attr]  # likewise


def test_a_line_for_each_citation_is_a_sentence_for_each(make_page: MakePage) -> None:
    page = make_page("The dam is tall.", "", "", "", "The dam is old.")
    quoting = ExtractiveAnswerer()
    given = quoting.answer("Which names of the dam are given?", [page])
    lines = given.text.split("\n")

    *_, answer = Recital(quoting).stream("Which names of the dam are given?", [page])

    assert [s.text for s in answer.sentences] == lines  # type: ignore[union-attr]  # an answer
    assert [s.citations for s in answer.sentences] == [(n,) for n in range(len(lines))]  # type: ignore[union-attr]  # likewise


def test_a_refusal_has_no_sentences(make_page: MakePage) -> None:
    (answer,) = Recital(ExtractiveAnswerer()).stream("Who is the mayor?", [make_page()])

    assert answer == refusal("extractive")


def test_nothing_more_is_told_to_one_who_has_left(make_page: MakePage) -> None:
    stop = Stop()
    stop.set()

    told = list(Recital(ExtractiveAnswerer()).stream("How tall?", [make_page("A tall dam.")], stop))

    assert not any(isinstance(item, Token) for item in told)
