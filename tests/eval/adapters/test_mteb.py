from pathlib import Path
from typing import Any

import mteb
import pytest
from datasets import Dataset, Image  # type: ignore[import-untyped]  # ships no types
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata
from mteb.models.models_protocols import SearchProtocol

from api.desk import LocalDesk
from api.schemas import NewCollection
from eval.adapters.mteb import MtebRetriever
from index.errors import InvalidRequest
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


@pytest.fixture
def retriever(desk: LocalDesk, tmp_path: Path) -> MtebRetriever:
    return MtebRetriever(desk, tmp_path / "pages")


def index(retriever: MtebRetriever, pages: Dataset) -> None:
    retriever.index(
        pages, task_metadata=metadata(), hf_split="test", hf_subset="default", encode_kwargs={}
    )


def search(
    retriever: MtebRetriever, questions: Dataset, **more: Any
) -> dict[str, dict[str, float]]:
    return retriever.search(
        questions,
        task_metadata=metadata(),
        hf_split="test",
        hf_subset="default",
        top_k=3,
        encode_kwargs={},
        **more,
    )


# Each question shares its words with one page only, so every figure is 1.
def test_mteb_measures_the_service_as_a_model(retriever: MtebRetriever) -> None:
    result = mteb.evaluate(retriever, TinyTask(), cache=None, show_progress_bar=False)
    (scores,) = result.task_results[0].scores["test"]
    assert scores["main_score"] == 1.0
    assert scores["ndcg_at_10"] == 1.0
    assert scores["recall_at_1"] == 1.0
    assert result.model_name == "pagesight/default"


def test_the_retriever_is_what_mteb_asks_for(retriever: MtebRetriever) -> None:
    assert isinstance(retriever, SearchProtocol)


def test_results_are_kept_apart_by_encoder_and_arms(desk: LocalDesk, tmp_path: Path) -> None:
    wanted = NewCollection(name="x", encoder="vidore/colqwen2-v1.0", rows="patch")
    meta = MtebRetriever(desk, tmp_path, wanted=wanted, arms=["maxsim"]).mteb_model_meta
    assert meta.name == "pagesight/vidore-colqwen2-v1-0-patch"
    assert meta.revision is not None
    assert meta.revision.endswith("-maxsim")
    assert MtebRetriever(desk, tmp_path, name="me/mine").mteb_model_meta.name == "me/mine"


def test_as_many_pages_come_back_as_are_asked_for(retriever: MtebRetriever) -> None:
    index(retriever, corpus().select(range(4)))
    found = search(retriever, Dataset.from_list([{"id": "q", "text": " ".join(PAGES.values())}]))
    assert len(found["q"]) == 3


def test_images_of_a_local_folder_are_read_from_there(
    retriever: MtebRetriever, tmp_path: Path
) -> None:
    file = tmp_path / "page.png"
    file.write_bytes(packed(page("Otters swim")))
    pages = Dataset.from_list([{"id": "p", "image": str(file)}]).cast_column("image", Image())
    index(retriever, pages)
    found = search(retriever, Dataset.from_list([{"id": "q", "text": "otters"}]))
    assert list(found["q"]) == ["p"]


def test_a_corpus_of_text_is_refused(retriever: MtebRetriever) -> None:
    texts = Dataset.from_list([{"id": "p", "text": "Otters swim"}])
    with pytest.raises(InvalidRequest, match="has id, text and no page images"):
        index(retriever, texts)


def test_questions_that_are_pictures_are_refused(retriever: MtebRetriever) -> None:
    with pytest.raises(InvalidRequest, match="are no text, but id, image"):
        search(retriever, corpus())


def test_pages_that_are_given_to_be_ranked_again_are_refused(retriever: MtebRetriever) -> None:
    questions = Dataset.from_list([{"id": "q", "text": "otters"}])
    with pytest.raises(InvalidRequest, match="gives each question the pages to rank"):
        search(retriever, questions, top_ranked={"q": ["p1"]})
