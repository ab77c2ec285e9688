import pytest
from click.testing import CliRunner

from api.cli import pagesight
from eval.bench.measuring import Spread
from eval.bench.pages import Shape
from eval.bench.shards import FEW, MANY, ShardCost, measure_shards


def spread(median: float) -> Spread:
    return Spread(median, median, median)


def test_the_graph_looks_at_as_many_pages_as_a_scan_sees_in_its_time() -> None:
    cost = ShardCost(4000, 17, spread(20), spread(5), spread(5 + 0.01 * (MANY - FEW)), 1.0)

    assert cost.looked_at == 1000
    assert cost.rescore_ms == pytest.approx(0.01)


def test_a_shard_of_each_size_is_measured() -> None:
    shape = Shape(dim=16, grid=4, n_tokens=4, n_questions=2)
    small, large = measure_shards(shape, [20, 70])

    assert (small.n_pages, large.n_pages) == (20, 70)
    assert small.n_pooled == 17
    assert all(one.scan.median > 0 and one.graph.median > 0 for one in (small, large))


def test_the_command_prints_a_line_for_each_size() -> None:
    done = CliRunner().invoke(
        pagesight, ["bench", "shards", "--pages", "20,40", "--questions", "2"]
    )

    assert done.exit_code == 0, done.output
    assert [line[:6] for line in done.output.splitlines()[2:]] == ["| 20 |", "| 40 |"]
