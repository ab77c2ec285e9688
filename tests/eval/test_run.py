import json
import math
from pathlib import Path

import pytest

from api.commands.ingest import ingest_files
from api.desk import LocalDesk
from api.schemas import NewCollection
from api.service import Service
from eval.datasets.base import EvalQuestion, EvalSet, GoldPage, Label
from eval.datasets.golden import read_golden
from eval.run import Asked, answer_figures, ask_all, retrieval_figures
from tests.tiny import pdf

BOTH = ("maxsim", "bm25")


@pytest.fixture
def golden(tmp_path: Path) -> EvalSet:
    folder = tmp_path / "tiny"
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "dams.pdf").write_bytes(
        pdf("The dam is twelve metres tall", "Herons nest on the island in the lake")
    )
    questions = [
        {"query_id": "q1", "query": "Is the dam twelve metres tall?", "answers": ["twelve metres"]},
        {"query_id": "q2", "query": "Where do herons nest?", "answers": ["a balcony"]},
        {"query_id": "q3", "query": "zygote quorum", "answers": []},
    ]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)))
    (folder / "qrels.tsv").write_text("query_id\tdoc\tpage\nq1\tdams\t1\nq2\tdams\t2\n")
    return read_golden(folder)


def asked(
    name: str, rank: int | None, *, gold: bool = True, refused: bool = False, **labels: Label
) -> Asked:
    pages = (GoldPage("dams", 1),) if gold else ()
    question = EvalQuestion(name, name, pages, labels=labels)
    return Asked(question, {BOTH: rank}, refused, is_right=not refused)


def test_a_set_is_asked_through_the_service(service: Service, golden: EvalSet) -> None:
    desk, told = LocalDesk(service), []
    ingest_files(desk, NewCollection(name="tiny"), golden.corpus, metadata={})
    found = ask_all(desk, "tiny", golden, [BOTH, ("bm25",)], lambda: told.append(1))
    assert [one.ranks[BOTH] for one in found] == [1, 1, None]
    assert [one.ranks[("bm25",)] for one in found] == [1, 1, None]
    assert [one.is_right for one in found] == [True, False, False]
    assert found[2].refused
    assert len(told) == 3


# ranks 1, 3 and none: recall@1 1/3, recall@5 2/3, nDCG@5 (1 + 1/log2(4) + 0) / 3
def test_retrieval_figures_are_means_over_the_answerable() -> None:
    some = [asked("a", 1), asked("b", 3), asked("c", None), asked("d", None, gold=False)]
    (figures,) = retrieval_figures(some, [BOTH])
    assert figures.n_questions == 3
    assert figures.recall_at_1 == pytest.approx(1 / 3)
    assert figures.recall_at_5 == pytest.approx(2 / 3)
    assert figures.ndcg_at_5 == pytest.approx(0.5)


def test_slices_hold_the_questions_of_their_label() -> None:
    some = [
        asked("a", 1, kind="table", image_only_page=True),
        asked("b", None, kind="text", image_only_page=False, hard=True),
    ]
    told = {one.name: one.recall_at_1 for one in retrieval_figures(some, [BOTH])}
    assert told == {
        "all": 0.5,
        "kind: table": 1,
        "kind: text": 0,
        "image-only pages": 1,
        "pages with text": 0,
        "hard": 0,
    }


def test_answers_are_counted_apart_where_there_is_none_to_find() -> None:
    some = [
        asked("a", 1),
        asked("b", 1, refused=True),
        asked("c", None, gold=False, refused=True),
    ]
    figures = answer_figures(some)
    assert (figures.right, figures.wrongly_refused, figures.rightly_refused) == (0.5, 0.5, 1)


def test_a_set_without_unanswerable_questions_has_no_figure_for_them() -> None:
    assert math.isnan(answer_figures([asked("a", 1)]).rightly_refused)
