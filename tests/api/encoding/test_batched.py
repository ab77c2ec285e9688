"""Pages of several requests, gathered into batches."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import numpy as np

from api.encoding.batched import BatchedEncoder, encode_apart, pixels
from index.encoders.base import PageContent
from index.errors import EncoderOutOfMemory
from index.records import Box, PageWords, Rows, Word
from tests.encoding import assert_same
from tests.tiny import HashedWords


def page(text: str, *, height: int = 1, width: int = 1) -> PageContent:
    words = tuple(Word(word, Box(0, 0, 1, 1), 0) for word in text.split())
    return PageContent(np.zeros((height, width, 3), np.uint8), PageWords(words, "text_layer"))


class Small(HashedWords):
    """Has no memory for a page with the word `huge`; notes how many pages came at once."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[int] = []

    def encode_pages(self, pages: Sequence[PageContent]) -> list[Rows]:
        self.came.append(len(pages))
        if any(word.text == "huge" for one in pages for word in one.words.words):
            raise EncoderOutOfMemory("no memory for this page")
        return super().encode_pages(pages)


def test_the_area_of_pages_is_that_of_their_pictures() -> None:
    assert pixels([page("a", height=3, width=5), page("b", height=2, width=4)]) == 23


def test_pages_are_encoded_together() -> None:
    encoder, pages = Small(), [page("dam"), page("heron")]
    made = encode_apart(encoder, pages)
    assert encoder.came == [2]
    for one, other in zip(made, encoder.encode_pages(pages), strict=True):
        assert isinstance(one, Rows)
        assert_same(one, other)


def test_a_page_that_fails_fails_alone() -> None:
    dam, huge, heron = encode_apart(Small(), [page("dam"), page("huge"), page("heron")])
    assert isinstance(dam, Rows)
    assert isinstance(huge, EncoderOutOfMemory)
    assert isinstance(heron, Rows)


async def ask(encoder: Small, *requests: Sequence[PageContent]) -> list[list[Rows] | Exception]:
    """Have threads ask for rows while this loop gathers each page by itself."""

    async def gather(one: PageContent) -> Rows | Exception:
        return (await asyncio.to_thread(encode_apart, encoder, [one]))[0]

    loop = asyncio.get_running_loop()
    batched = BatchedEncoder(encoder, gather, loop)
    with ThreadPoolExecutor(len(requests)) as threads:
        asked = [loop.run_in_executor(threads, batched.encode_pages, one) for one in requests]
        return await asyncio.gather(*asked, return_exceptions=True)  # type: ignore[return-value]


def test_a_request_gets_the_rows_of_its_pages_in_their_order() -> None:
    encoder, pages = Small(), [page("dam"), page("heron"), page("")]
    [made] = asyncio.run(ask(encoder, pages))
    assert isinstance(made, list)
    for one, other in zip(made, HashedWords().encode_pages(pages), strict=True):
        assert_same(one, other)


def test_a_request_fails_with_what_happened_to_its_page_and_no_other_one_does() -> None:
    failed, made = asyncio.run(ask(Small(), [page("dam"), page("huge")], [page("heron")]))
    assert isinstance(failed, EncoderOutOfMemory)
    assert isinstance(made, list)


def test_questions_and_names_go_to_the_encoder() -> None:
    encoder = HashedWords()

    async def never(_: PageContent) -> Rows:
        raise AssertionError

    words = page("heron").words
    with closing(asyncio.new_event_loop()) as loop:
        batched = BatchedEncoder(encoder, never, loop)
        assert (batched.pin, batched.rows) == (encoder.pin, encoder.rows)
        asked, known = batched.encode_question("dam"), encoder.encode_question("dam")
        assert_same(batched.encode_context(words), encoder.encode_context(words))
    assert asked.vectors.tobytes() == known.vectors.tobytes()
