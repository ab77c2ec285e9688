import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from eval.bench.plot import label

ROOT = Path(__file__).parents[3]
SMALL = ("--grid", "8", "--dims", "32", "--tokens", "8")


def bench(*args: object) -> str:
    """Run `pagesight bench` in a process of its own and return what it printed."""
    command = [sys.executable, "-m", "api.cli", "bench", *map(str, args)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own program
    assert done.returncode == 0, done.stderr
    return done.stdout


def written(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def is_picture(path: Path) -> bool:
    return path.read_bytes().startswith(b"\x89PNG")


def test_bench_search_compares_engines_and_draws_them(tmp_path: Path) -> None:
    files = ("--json", tmp_path / "search.json", "--plot", tmp_path / "search.png")
    printed = bench("search", "--pages", 50, "--questions", 16, *SMALL, *files)

    body = written(tmp_path / "search.json")
    engines = {label(one["engine"], one["together"]): one for one in body["engines"]}
    assert {"numpy float32", "numpy float32 (16 at once)", "qdrant-edge, all rows"} <= set(engines)
    assert engines["two stages, exact 32"]["recall"] >= 0.95
    assert body["shape"] == {"dim": 32, "grid": 8, "n_tokens": 8, "n_questions": 16, "seed": 7}
    assert "colpali einsum" in printed
    assert "int8 kernel" in printed
    assert is_picture(tmp_path / "search.png")


def test_bench_scale_compares_sizes_and_draws_them(tmp_path: Path) -> None:
    files = ("--json", tmp_path / "scale.json", "--plot", tmp_path / "scale.png")
    printed = bench("scale", "--pages", "50,100", "--questions", 4, *SMALL, *files)

    assert [size["n_pages"] for size in written(tmp_path / "scale.json")] == [50, 100]
    assert "100 pages, 100 refined" in printed
    assert is_picture(tmp_path / "scale.png")


def test_bench_ingest_times_the_stages(golden_folder: Path, tmp_path: Path) -> None:
    printed = bench("ingest", "--set", golden_folder, "--json", tmp_path / "ingest.json")

    body = written(tmp_path / "ingest.json")
    assert [stage["name"] for stage in body["stages"]] == ["read", "encode", "store"]
    assert body["whole"]["n_pages"] == 3
    assert "of the slowest stage" in printed


def test_bench_service_times_searches_alone_and_under_ingest(
    golden_folder: Path, tmp_path: Path
) -> None:
    size = ("--searches", 3, "--busy-pages", 20)
    printed = bench("service", "--set", golden_folder, *size, "--json", tmp_path / "service.json")

    body = written(tmp_path / "service.json")
    assert body["n_pages"] == 3
    assert body["alone"]["n_searches"] == body["busy"]["n_searches"] == 3
    assert 0 < body["alone"]["overhead_p50"] < body["alone"]["p95"]
    assert "under ingest" in printed


@pytest.mark.parametrize(
    ("together", "told"), [(1, "numpy float32"), (16, "numpy float32 (16 at once)")]
)
def test_an_engine_that_is_asked_several_at_once_says_so(together: int, told: str) -> None:
    assert label("numpy float32", together) == told
