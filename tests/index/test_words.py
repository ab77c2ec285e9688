import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Box, PageWords, Word
from index.words import BOX_DECIMALS, decode_words, encode_words, page_text

BOX = Box(0.1, 0.2, 0.3, 0.4)

edges = st.floats(0, 1).map(lambda edge: round(edge, BOX_DECIMALS))
words = st.builds(
    Word,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.builds(Box, edges, edges, edges, edges),
    st.integers(0, 500),
)
pages = st.builds(
    PageWords,
    st.lists(words).map(tuple),
    st.sampled_from(["text_layer", "ocr", "none"]),
    st.integers(0, 100),
    st.lists(st.text(max_size=9), max_size=2).map(tuple),
    *[st.lists(st.builds(Box, edges, edges, edges, edges), max_size=2).map(tuple)] * 2,
)


@given(pages)
def test_what_is_packed_comes_back(page: PageWords) -> None:
    assert decode_words(encode_words(page)) == page


def test_boxes_come_back_to_a_hundred_thousandth_of_the_page() -> None:
    fine = PageWords((Word("a", Box(1 / 3, 0, 2 / 3, 1), 0),), "ocr")
    (word,) = decode_words(encode_words(fine)).words
    assert word.box == pytest.approx(fine.words[0].box, abs=1e-5)


def test_equal_words_give_equal_bytes() -> None:
    one, other = (PageWords((Word("été", BOX, 0),), "ocr", 2) for _ in range(2))
    assert encode_words(one) == encode_words(other)


def test_the_text_of_a_page_has_a_line_for_each_visual_line() -> None:
    page = PageWords(
        (Word("How", BOX, 0), Word("tall?", BOX, 0), Word("Very.", BOX, 3)), "text_layer"
    )
    assert page_text(page) == "How tall?\nVery."


def test_a_page_without_words_has_no_text() -> None:
    assert page_text(PageWords((), "none")) == ""


def test_words_that_were_packed_before_there_were_flags_have_none() -> None:
    old = zlib.compress(b'{"source":"ocr","n_hidden":1,"words":[["a",0,0,1,1,0]]}')
    assert decode_words(old) == PageWords((Word("a", Box(0, 0, 1, 1), 0),), "ocr", 1)
    assert b"flags" not in zlib.decompress(encode_words(decode_words(old)))
