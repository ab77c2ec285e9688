"""How well regions show where on a page an answer stands, against boxes that are known."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.records import Box

HIT_IOU = 0.5


@dataclass(frozen=True, slots=True)
class RegionFigures:
    """Regions of some questions.

    Attributes:
        n_questions: how many there were.
        hit_rate: share of questions whose best region overlaps the known box enough.
        mean_iou: mean overlap of best region and known box; 0 where no region was found.
    """

    n_questions: int
    hit_rate: float
    mean_iou: float


def region_figures(
    found: Sequence[tuple[Box | None, Sequence[Box]]], *, hit_iou: float = HIT_IOU
) -> RegionFigures:
    """Compare the best region of each question with the boxes where its answer stands.

    Args:
        found: for each question its best region, if any, and the known boxes; any of them will do.
        hit_iou: overlap from which on a region is a hit.

    Raises:
        ValueError: there is no question, or one has no known box.
    """
    if not found or not all(known for _, known in found):
        raise ValueError("regions are compared with at least one known box of each question")
    overlaps = [
        0.0 if region is None else max(iou(region, box) for box in known) for region, known in found
    ]
    n_hits = sum(overlap >= hit_iou for overlap in overlaps)
    return RegionFigures(len(found), n_hits / len(found), sum(overlaps) / len(found))


def iou(one: Box, other: Box) -> float:
    """Return the intersection of two boxes over their union, 0 to 1."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    shared = max(across, 0.0) * max(down, 0.0)
    union = _area(one) + _area(other) - shared
    return shared / union if union > 0 else 0.0


def _area(box: Box) -> float:
    return (box.right - box.left) * (box.bottom - box.top)
