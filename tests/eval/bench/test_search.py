from eval.bench.collection import BenchCollection
from eval.bench.engines import INT8, NUMPY, STAGES
from eval.bench.measuring import Figures, Spread
from eval.bench.pages import Shape
from eval.bench.search import KernelFigures, SearchFigures, measure_kernel


def figures(engine: str, cpu_ms: float) -> Figures:
    spread = Spread(cpu_ms, cpu_ms, cpu_ms)
    return Figures(engine, 1, 1.0, spread, spread, 0.0, 0.0)


def test_an_engine_is_compared_with_two_stages_by_cpu_time() -> None:
    engines = [figures(INT8, 30.0), figures(STAGES, 10.0), figures(NUMPY, 120.0)]
    run = SearchFigures(Shape(), 9, 1, {}, KernelFigures("numpy", 1, 0, 1), engines, [])

    assert [run.times_slower(one) for one in engines] == [3.0, 1.0, 12.0]


def test_the_kernel_stays_below_its_bound(collection: BenchCollection) -> None:
    measured = measure_kernel(collection)

    assert measured.page_us > 0
    assert measured.two_threads > 0
    assert measured.bound_share == 0 if measured.name == "numpy" else measured.bound_share < 1.5
