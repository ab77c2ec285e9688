from eval.bench.engines import INT8, STAGES
from eval.bench.pages import Shape
from eval.bench.scale import measure_scale
from retrieval.stages import refined_depth


def test_every_size_is_measured_on_the_same_growing_collection() -> None:
    shape = Shape(dim=32, grid=8, n_tokens=8, n_questions=3)
    small, large = measure_scale(shape, [300, 60], threads=1)

    assert (small.n_pages, large.n_pages) == (60, 300)
    assert [one.engine for one in large.engines] == [STAGES, INT8]
    assert all(one.recall >= 0.95 for one in small.engines)
    assert (small.depth, large.depth) == (60, refined_depth(300))
    assert large.first_stage_recall[300] == 1.0
    assert list(large.first_stage_recall) == [32, 64, 128, 256, 300]
    assert large.first_stage_recall[32] <= large.first_stage_recall[128]
    assert large.numpy_cpu_ms > 0
