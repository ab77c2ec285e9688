"""A small collection of synthetic pages, and a small golden set."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.bench.collection import BenchCollection
from eval.bench.pages import Shape, SyntheticPages
from tests.tiny import pdf

SMALL = Shape(dim=32, grid=8, n_tokens=8, n_questions=4)
N_PAGES = 120


@pytest.fixture
def pages() -> SyntheticPages:
    return SyntheticPages(SMALL)


@pytest.fixture
def collection(tmp_path: Path, pages: SyntheticPages) -> Iterator[BenchCollection]:
    """120 pages in a sidecar and as float32."""
    made = BenchCollection(tmp_path / "sidecar", pages, pages.questions(N_PAGES), n_float32=N_PAGES)
    made.grow(N_PAGES)
    yield made
    made.close()


@pytest.fixture
def golden_folder(tmp_path: Path) -> Path:
    """A set of two documents, three pages and one question."""
    folder = tmp_path / "tiny"
    (folder / "corpus").mkdir(parents=True)
    dams = pdf("The dam is twelve metres tall", "Herons nest on the island in the lake")
    (folder / "corpus" / "dams.pdf").write_bytes(dams)
    (folder / "corpus" / "mills.pdf").write_bytes(pdf("The mill stands by the weir"))
    question = {"query_id": "q1", "query": "How tall is the dam?", "answers": ["twelve metres"]}
    (folder / "queries.jsonl").write_text(json.dumps(question))
    (folder / "qrels.tsv").write_text("query_id\tdoc\tpage\nq1\tdams\t1\n")
    return folder
