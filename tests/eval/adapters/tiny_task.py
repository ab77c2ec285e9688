"""A task of MTEB that is small enough for a test."""

from typing import Any

from datasets import Dataset, Image  # type: ignore[import-untyped]  # ships no types
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata

from tests.eval.pictures import packed, page

PAGES = {
    "p1": "Dams are tall",
    "p2": "Herons nest here",
    "p3": "Lakes freeze early",
    "p4": "Bridges rust slowly",
    "p5": "Otters swim upstream",
}
QUESTIONS = {"q1": "Do otters swim?", "q2": "Which bridges rust?", "q3": "Herons nest where?"}
RELEVANT = {"q1": {"p5": 1}, "q2": {"p4": 1}, "q3": {"p2": 1}}


def metadata() -> TaskMetadata:
    return TaskMetadata(
        name="PagesightTinyRetrieval",
        description="Five pages with large words.",
        reference=None,
        dataset={"path": "none", "revision": "1"},
        type="DocumentUnderstanding",
        category="t2i",
        modalities=["text", "image"],
        eval_splits=["test"],
        eval_langs=["eng-Latn"],
        main_score="ndcg_at_5",
        date=("2026-01-01", "2026-01-02"),
        domains=["Academic"],
        task_subtypes=["Image Text Retrieval"],
        license="cc0-1.0",
        annotations_creators="derived",
        dialect=[],
        sample_creation="created",
        bibtex_citation="",
    )


class TinyTask(AbsTaskRetrieval):
    """Five pages and three questions, each answered by one page."""

    metadata = metadata()

    def load_data(self, num_proc: int | None = None, **_: Any) -> None:  # noqa: ARG002  mteb's
        queries = [{"id": name, "text": text} for name, text in QUESTIONS.items()]
        self.dataset = {
            "default": {
                "test": {
                    "corpus": corpus(),
                    "queries": Dataset.from_list(queries),
                    "relevant_docs": {name: dict(pages) for name, pages in RELEVANT.items()},
                    "top_ranked": None,
                }
            }
        }
        self.data_loaded = True


def corpus() -> Dataset:
    rows = [
        {"id": name, "image": {"bytes": packed(page(text)), "path": None}}
        for name, text in PAGES.items()
    ]
    return Dataset.from_list(rows).cast_column("image", Image())
