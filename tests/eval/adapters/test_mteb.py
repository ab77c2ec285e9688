from pathlib import Path
from typing import Any

import mteb
import pytest
from datasets import Dataset, Image  # type: ignore[import-untyped]  # ships no types
from mteb.models.models_protocols import SearchProtocol

from api.desk import LocalDesk
from api.schemas import NewCollection
from eval.adapters.mteb import MtebRetriever
from index.errors import InvalidRequest
from tests.eval.adapters.tiny_task import PAGES, TinyTask, corpus, metadata
from tests.eval.pictures import packed, page


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
