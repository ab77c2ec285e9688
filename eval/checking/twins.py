"""Pages that say nearly the same, such as a page and its scan.

Two pages are compared by their shingles, the runs of a few words that they hold (Broder, "On the
resemblance and containment of documents", 1997): resemblance is the share of all their shingles
that both have.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from eval.checking.corpus import CorpusPage, PageName

SHINGLE = 4  # words
ALIKE = 0.5  # resemblance: OCR breaks four shingles with every word that it misreads


def shingles(page: CorpusPage) -> frozenset[tuple[str, ...]]:
    """Return the runs of `SHINGLE` words of a page."""
    words = page.tokens
    return frozenset(words[i : i + SHINGLE] for i in range(len(words) - SHINGLE + 1))


def find_twins(
    pages: Iterable[CorpusPage], wanted: Iterable[PageName]
) -> Mapping[PageName, tuple[PageName, ...]]:
    """Return, for each of the wanted pages, the other pages that say nearly the same."""
    by_page = {page.name: shingles(page) for page in pages}
    holders: dict[tuple[str, ...], list[PageName]] = defaultdict(list)
    for name, runs in by_page.items():
        for run in runs:
            holders[run].append(name)
    return {
        name: tuple(
            other
            for other, n_common in _common(name, by_page[name], holders).items()
            if n_common >= ALIKE * (len(by_page[name]) + len(by_page[other]) - n_common)
        )
        for name in wanted
        if name in by_page
    }


def _common(
    name: PageName,
    runs: frozenset[tuple[str, ...]],
    holders: Mapping[tuple[str, ...], list[PageName]],
) -> Counter[PageName]:
    common = Counter(other for run in runs for other in holders[run])
    del common[name]
    return common
