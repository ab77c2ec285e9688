from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from index.catalog.entries import LiveDocument
from index.vectors.base import PageHit
from retrieval.hits import PageScope
from retrieval.selection import Selection
from retrieval.sidecar.folder import SidecarFolder
from tests.conftest import unit_rows

FIRST, SECOND, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
DOCUMENTS = [
    LiveDocument(UUID(int=n), generation, f"{n}.pdf", 3)
    for n, generation in enumerate((SECOND, FIRST))
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[SidecarFolder]:
    """Pages 1 and 3 of a generation, page 2 of another; and a generation that is not live."""
    opened = SidecarFolder(tmp_path / "sidecar", dim=16)
    for generation, pages in ((FIRST, (1, 3)), (OTHER, (1,)), (SECOND, (2,))):
        opened.append(generation, {page: unit_rows(1 + page) for page in (0, *pages)}.items())
    yield opened
    opened.close()


@pytest.fixture
def selection(folder: SidecarFolder) -> Selection:
    return Selection.of(DOCUMENTS, [folder.view])


def test_pages_stand_in_the_order_of_their_documents(
    folder: SidecarFolder, selection: Selection
) -> None:
    assert selection.pages.tolist() == [2, 1, 3]
    assert selection.owner.tolist() == [0, 1, 1]
    places = [(SECOND, 2), (FIRST, 1), (FIRST, 3)]
    assert selection.layers[0].slots.tolist() == [folder.view.slot(*place) for place in places]
    contexts = [folder.view.slot(SECOND, 0), folder.view.slot(FIRST, 0)]
    assert selection.layers[0].contexts.tolist() == contexts
    assert selection.generations == {FIRST, SECOND}


@pytest.mark.parametrize(
    ("scope", "pages"),
    [
        (PageScope(), [2, 1, 3]),
        (PageScope(first=2), [2, 3]),
        (PageScope(last=2), [2, 1]),
        (PageScope(first=4), []),
    ],
)
def test_a_scope_keeps_the_pages_inside(
    selection: Selection, scope: PageScope, pages: list[int]
) -> None:
    inside = selection.inside(scope)
    assert inside.pages.tolist() == pages
    assert len(inside.layers[0].slots) == len(inside.owner) == len(inside) == len(pages)


def test_term_scores_lie_where_their_pages_are(selection: Selection) -> None:
    hits = [
        PageHit(FIRST, 3, 5.0),
        PageHit(SECOND, 2, 4.0),
        PageHit(OTHER, 1, 3.0),
        PageHit(FIRST, 2, 2.0),
        PageHit(FIRST, 9, 1.0),
    ]
    assert selection.spread(hits).tolist() == [4, 0, 5]


def test_pages_may_be_selected_by_their_numbers(selection: Selection) -> None:
    listed = Selection.listed(DOCUMENTS, [[2], [1, 3]])
    assert listed.pages.tolist() == selection.pages.tolist()
    assert listed.owner.tolist() == selection.owner.tolist()
    assert listed.inside(PageScope(first=2)).scope == PageScope(first=2)
    assert not listed.layers


def test_no_documents_have_no_pages(folder: SidecarFolder) -> None:
    assert len(Selection.of([], [folder.view])) == 0
