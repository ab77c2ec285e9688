from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli import pagesight
from eval.bench.capacity import (
    Costs,
    Node,
    Plan,
    looked_at,
    page_sizes,
    shard_work,
    waiting,
)
from eval.bench.capacity_tables import sizes_table, totals_table, waiting_table
from index.encoders.plan import plan_storage
from index.encoders.registry import MODELS

ROOT = Path(__file__).parents[3]
PLAN = Plan(n_pages=1_000_000, shards=10, replicas=2, depth=64)


def test_every_encoder_that_can_be_had_is_in_the_table() -> None:
    lines = [*sizes_table(page_sizes(), Node())]

    assert len(lines) == 2 + 1 + len(MODELS)
    assert "all-MiniLM-L6-v2" in lines[2]


def test_a_page_is_as_large_as_the_plan_of_a_collection_says() -> None:
    for one in page_sizes():
        plan = plan_storage(one.encoder, n_pages=1)
        assert (one.stored, one.sidecar, one.packed) == (
            plan.stored_bytes,
            plan.sidecar_bytes,
            plan.memory_bytes,
        )


def test_a_node_is_full_when_its_memory_or_its_disk_is() -> None:
    (one,) = [size for size in page_sizes() if size.encoder == "vidore/colpali-v1.3"]
    much_disk = Node(memory_gib=64, disk_gib=1 << 20)
    much_memory = Node(memory_gib=1 << 20, disk_gib=1024)

    assert one.pages_on_qdrant(much_disk) == int(0.8 * (64 << 30) / (128 * 128 * 2))
    assert one.pages_on_qdrant(much_memory) < one.pages_on_qdrant(
        replace(much_memory, disk_gib=2048)
    )


def test_the_graph_looks_at_what_was_measured_and_never_at_more_pages_than_there_are() -> None:
    costs = Costs(graph_pages=3000, graph_at=24_000, growth=0.5)

    assert looked_at(costs, 24_000, depth=64) == 3000
    assert looked_at(costs, 96_000, depth=64) == pytest.approx(6000)
    assert looked_at(costs, 24_000, depth=200) == 6000
    assert looked_at(costs, 100, depth=64) == 100


def test_a_shard_works_for_its_looks_and_its_scores() -> None:
    costs = Costs(look_ms=0.01, rescore_ms=1, graph_pages=500, graph_at=100_000)
    by_kernel = replace(PLAN, by_graph=False)

    assert shard_work(costs, PLAN).median == pytest.approx(500 * 0.01 + 64)
    assert shard_work(costs, by_kernel).median == pytest.approx(
        100_000 * costs.kernel_look_ms + 64 * costs.kernel_rescore_ms
    )
    assert shard_work(costs, Plan(100, 10, 1, depth=64)).median == pytest.approx(10 * 0.01 + 10)


def test_a_question_waits_longer_at_more_load_and_for_more_shards() -> None:
    quiet, _, busy = waiting(Costs(), PLAN, n_questions=1000)
    wide = replace(PLAN, n_pages=10_000_000, shards=100)  # as many pages a shard
    slowest, _, _ = waiting(Costs(), wide, n_questions=1000)

    assert quiet.p50_ms < quiet.p95_ms < busy.p95_ms
    assert quiet.p50_ms < slowest.p50_ms
    assert busy.per_s == pytest.approx(8 * quiet.per_s)


def test_the_tables_say_the_same_at_every_run() -> None:
    def lines() -> list[str]:
        found = waiting(Costs(), PLAN, n_questions=200)
        return [*waiting_table(found), *totals_table(page_sizes()[0], 1000, 2, Node())]

    assert lines() == lines()
    assert lines()[2].startswith("| 10 x 2 | 100,000 |")


def test_the_command_prints_the_three_tables() -> None:
    asked = ["bench", "capacity", "--pages", "1000000", "--shards", "2,4"]
    done = CliRunner().invoke(pagesight, asked)

    assert done.exit_code == 0, done.output
    assert "| Qdrant nodes, 2 replicas | 1 with 16 cores |" in done.output
    assert len([line for line in done.output.splitlines() if line.startswith("| 4 x 2 |")]) == 3


def test_an_encoder_that_is_not_in_the_table_is_refused() -> None:
    done = CliRunner().invoke(pagesight, ["bench", "capacity", "--encoder", "no/such"])

    assert done.exit_code == 1
    assert "there are all-MiniLM-L6-v2" in done.output


def test_a_page_of_the_documentation_has_the_tables_that_the_command_prints() -> None:
    page = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    done = CliRunner().invoke(pagesight, ["bench", "capacity"])
    tables = [line for line in done.output.splitlines() if line.startswith("|")]

    assert [line for line in tables if line not in page] == []
