import pytest
import torch

from index.records import Box
from tools.teach.train import RATE, WARMUP, covered, place_loss, rate_at

QUARTER = Box(0, 0, 0.5, 0.5)  # 5 x 5 of the 10 x 10 patches


def test_a_box_covers_patches_by_their_share_of_it() -> None:
    shares = covered(Box(0.05, 0, 0.2, 0.1)).reshape(10, 10)

    assert shares[0, :2].tolist() == pytest.approx([1 / 3, 2 / 3])
    assert float(shares.sum()) == pytest.approx(1)


def test_looking_at_the_box_costs_less_than_looking_elsewhere() -> None:
    asked = torch.tensor([[[1.0, 0.0]]])
    inside = (covered(QUARTER) > 0).float()
    right = torch.stack([inside, 1 - inside], dim=1)[None]
    wrong = torch.stack([1 - inside, inside], dim=1)[None]

    assert place_loss(asked, right, [QUARTER]) < place_loss(asked, wrong, [QUARTER])


def test_padding_does_not_count_in_where_a_question_looks() -> None:
    asked = torch.tensor([[[1.0, 0.0]]])
    padded = torch.tensor([[[0.0, 0.0], [1.0, 0.0]]])
    seen = torch.nn.functional.normalize(torch.randn(1, 100, 2), dim=2)

    assert float(place_loss(padded, seen, [QUARTER])) == pytest.approx(
        float(place_loss(asked, seen, [QUARTER]))
    )


def test_the_rate_rises_and_then_falls() -> None:
    assert rate_at(0, 1000) == pytest.approx(RATE / WARMUP, rel=1e-3)
    assert rate_at(WARMUP, 1000) > rate_at(500, 1000) > rate_at(999, 1000) > 0
