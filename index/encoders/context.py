"""What a document is called: words that hold for each of its pages, though few pages repeat them.

A question names the report, the company or the manual it asks about; the page that answers seldom
does. The file's name and the title on its first page stand for that.
"""

import re
from itertools import groupby
from pathlib import PurePath
from statistics import median

from index.records import Box, PageWords, Word

TITLE_WORDS = 12
NOWHERE = Box(0.0, 0.0, 0.0, 0.0)


def document_context(name: str, first_page: PageWords) -> PageWords:
    """Return the words of a document's name and title.

    They stand nowhere on a page: their boxes are empty. Encoded like a page of its own, they give
    the rows that each page of the document may be found by too (`contexts` of `retrieval.maxsim`);
    put before a page's text, they join its terms.

    Args:
        name: the file's name, with or without its ending.
        first_page: the words of the first page.
    """
    words = [*_name_words(name), *_title_words(first_page)]
    return PageWords(tuple(Word(text, NOWHERE, 0) for text in words), first_page.source)


def _name_words(name: str) -> list[str]:
    ending = PurePath(name).suffix
    plain = name.removesuffix(ending) if re.fullmatch(r"\.[A-Za-z]\w{1,4}", ending) else name
    return re.findall(r"[^\W_]+", plain)


def _title_words(page: PageWords) -> list[str]:
    """Return the words of the tallest lines, in reading order."""
    lines = [list(members) for _, members in groupby(page.words, key=lambda word: word.line)]
    tallest_first = sorted(range(len(lines)), key=lambda n: -_height(lines[n]))
    title: dict[int, list[Word]] = {}
    n_words = 0
    for n in tallest_first:
        if n_words >= TITLE_WORDS:
            break
        title[n] = lines[n][: TITLE_WORDS - n_words]
        n_words += len(title[n])
    return [word.text for n in sorted(title) for word in title[n]]


def _height(line: list[Word]) -> float:
    """Return the height of most words, to a thousandth of the page: less is no difference."""
    return round(median(word.box.bottom - word.box.top for word in line), 3)
