"""Whether the pages hold an answer at all.

The evidence for it is the share of the question's weight that the best passage finds. A name or a
number of the question that stands nowhere on the page speaks against it.
"""

ENOUGH = 0.35


def is_enough(terms: float, *, threshold: float = ENOUGH) -> bool:
    """Whether evidence of this strength is worth quoting."""
    return terms >= threshold
