"""Which of the values found for a field is taken, and whether others contend."""

from collections.abc import Sequence

from answer.extraction.finding import Candidate

CLOSE = 0.05  # values this near in confidence contend
Placed = tuple[int, Candidate]  # place of its page, from 0, and the value there


def choose(found: Sequence[Placed], role: str | None) -> tuple[int, Candidate, list[str]]:
    """The surest value, the first of several; of totals the last, which follows the others.

    Returns:
        The place of its page, the value, and what others say that are as sure.
    """
    best = max(candidate.confidence for _, candidate in found)
    near = sorted(
        (one for one in found if one[1].confidence > best - CLOSE),
        key=lambda one: (one[0], one[1].row),
    )
    page, chosen = near[-1] if role == "total" else near[0]
    others = {
        candidate.reading.raw
        for _, candidate in near
        if candidate.reading.value != chosen.reading.value
    }
    return page, chosen, [] if role == "total" else sorted(others)
