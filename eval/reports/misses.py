"""The worst misses of a run: what was asked, which page was expected, which page came."""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.desk import Desk
from api.questions.pictures import scaled
from eval.datasets.base import GoldPage
from eval.record import Found, FoundPage, Outcome, RunRecord

MOST = 12
WIDTH = 420


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a data URL, and what to say of it."""

    url: str
    told: str


@dataclass(frozen=True, slots=True)
class Miss:
    """An answerable question whose first page is wrong.

    Attributes:
        rank: of the first right page, from 1; none when it is not among the pages found.
        pictures: the expected page, the page that came first, and what the question found there.
    """

    question: str
    answers: tuple[str, ...]
    rank: int | None
    pictures: tuple[Picture, ...]


def worst_misses(record: RunRecord, desk: Desk, *, most: int = MOST) -> list[Miss]:
    """Return the worst misses of the arms that users get, with pictures from the service."""
    lead, collection = record.arms[0], str(record.circumstances.collection["name"])
    missed = [one for one in record.outcomes if _is_missed(one, lead)]
    missed.sort(key=lambda one: rank(one, lead) or len(one.found[lead].pages) + 1, reverse=True)
    ids = _ids(desk, collection) if missed else {}
    return [
        Miss(
            question=one.question.text,
            answers=one.question.answers,
            rank=rank(one, lead),
            pictures=tuple(_pictures(one, one.found[lead], ids, (desk, collection))),
        )
        for one in missed[:most]
    ]


def rank(outcome: Outcome, arms: str) -> int | None:
    """Return the rank, from 1, of the first right page."""
    right = {(document, page) for document, page, _ in outcome.question.pages}
    pages = outcome.found[arms].pages
    return next((n for n, one in enumerate(pages, 1) if (one.document, one.page) in right), None)


def _is_missed(outcome: Outcome, arms: str) -> bool:
    return outcome.question.is_answerable and rank(outcome, arms) != 1


def _pictures(
    outcome: Outcome, found: Found, ids: Mapping[str, str], source: tuple[Desk, str]
) -> Iterator[Picture]:
    desk, collection = source
    expected = _nearest(outcome.question.pages, found)
    if expected.document in ids:
        picture = desk.page_image(collection, ids[expected.document], expected.page, width=WIDTH)
        yield Picture(_as_url(picture), f"expected: {expected.document}, page {expected.page}")
    for first in found.pages[:1]:
        first_id = ids[first.document]
        picture = desk.page_image(collection, first_id, first.page, width=WIDTH)
        yield Picture(_as_url(picture), f"came first: {first.document}, page {first.page}")
        heat = desk.heatmap_image(collection, first_id, first.page, outcome.question.text)
        yield Picture(_as_url(scaled(heat, WIDTH)), "what the question found there")


def _nearest(gold: tuple[GoldPage, ...], found: Found) -> GoldPage:
    """The right page to show: one of the document that came first, if there is one."""

    def is_elsewhere(page: GoldPage) -> bool:
        return not any(_is_of(one, page) for one in found.pages[:1])

    return min(gold, key=is_elsewhere)


def _is_of(found: FoundPage, page: GoldPage) -> bool:
    return found.document == page.document


def _ids(desk: Desk, collection: str) -> dict[str, str]:
    """Ids of the collection's documents by their names without endings."""
    ids: dict[str, str] = {}
    cursor = None
    while True:
        listed = desk.documents(collection, limit=200, cursor=cursor)
        ids |= {one.name.rpartition(".")[0] or one.name: one.id for one in listed.documents}
        cursor = listed.next
        if cursor is None:
            return ids


def _as_url(picture: bytes) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(picture).decode()}"
