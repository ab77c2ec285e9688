"""Which of many proposals a person gets to see: a few of each document, unlike each other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from random import Random

from answer.terms import tokens
from eval.drafting.proposals import Proposal


def without_doubles(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Leave out what is asked twice: alike it is asked once, with different answers not at all."""
    by_query: dict[tuple[str, ...], list[Proposal]] = defaultdict(list)
    for one in proposals:
        by_query[tuple(tokens(one.query))].append(one)
    return [same[0] for same in by_query.values() if len({_place(one) for one in same}) == 1]


def choose(proposals: Sequence[Proposal], n: int, *, seed: int) -> list[Proposal]:
    """Choose up to `n` proposals of one document, spread over its pages and kinds of evidence.

    Each next one is of the page and the evidence that were chosen least so far; where some are
    alike, dice decide, which the seed throws.
    """
    left = sorted(proposals, key=lambda one: one.query_id)
    Random(seed).shuffle(left)  # noqa: S311  dice, nothing secret
    pages: Counter[int] = Counter()
    evidence: Counter[str] = Counter()
    chosen: list[Proposal] = []
    while left and len(chosen) < n:
        best = min(left, key=lambda one: pages[one.page] + evidence[one.evidence])
        left.remove(best)
        chosen.append(best)
        pages[best.page] += 1
        evidence[best.evidence] += 1
    return sorted(chosen, key=lambda one: (one.page, one.box[1], one.query_id))


def _place(one: Proposal) -> tuple[tuple[str, ...], str]:
    return tuple(tokens(" ".join(one.answers))), one.doc
