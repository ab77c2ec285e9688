"""Whether the pages hold an answer at all.

Two things tell: whether the page knows every specific term of the question (the name, the number,
the year that a page about something else lacks), and how much of the question the pages know. Each
counts half.
"""

ENOUGH = 0.4


def evidence(*, specific: float, known: float) -> float:
    """How much speaks for an answer on these pages, 0 to 1.

    Args:
        specific: how well the best page knows the specific term that it knows least, 0 to 1.
        known: share of the question's weight that the pages know, 0 to 1.
    """
    return (specific + known) / 2
