"""The JSON of a page's words."""

from api.schemas import Body, BoxBody
from index.records import WordSource


class WordBody(Body):
    """A word as it stands on the page; words of one visual line share its number."""

    text: str
    box: BoxBody
    line: int


class PageWordsBody(Body):
    """The words of a page in reading order; `hidden` counts those left out for want of ink."""

    source: WordSource
    hidden: int
    words: list[WordBody]
