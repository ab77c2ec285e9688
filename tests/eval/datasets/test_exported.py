"""What the service exports of its golden questions is what the evaluation reads."""

import json
from pathlib import Path

import pytest

from api.desk import LocalDesk
from api.golden.lines import golden_lines
from api.service import Service
from eval.datasets.base import EvalQuestion, GoldPage
from eval.datasets.opening import open_set
from eval.measures import measure
from eval.run import Examiner
from index.catalog.questions import GoldenPage, GoldenQuestion
from index.errors import CollectionNotFound
from tests.tiny import index, pdf

EXPECTED = (
    EvalQuestion(
        "tall",
        "Is the dam twelve metres tall?",
        (GoldPage("dams", 1, 2),),
        ("twelve metres", "12 m"),
    ),
    EvalQuestion("none", "zygote quorum"),
)


@pytest.fixture
def exported(service: Service, tmp_path: Path) -> Path:
    document = index(
        service,
        "dams.pdf",
        pdf("The dam is twelve metres tall", "Herons nest on the island in the lake"),
    )
    page = GoldenPage(service.catalog.live_documents("default")[0].document, 1, 2)
    assert document == str(page.document)
    tall = GoldenQuestion(
        "tall", "Is the dam twelve metres tall?", ("twelve metres", "12 m"), (page,), ("a",)
    )
    service.golden.put("default", [tall, GoldenQuestion("none", "zygote quorum")])
    file = tmp_path / "exported.jsonl"
    file.write_text(golden_lines(service.golden.questions("default")))
    return file


def test_the_exported_file_is_a_set_without_documents_of_its_own(exported: Path) -> None:
    opened = open_set(str(exported), work=exported.parent)

    assert opened.questions == EXPECTED
    assert (opened.name, opened.corpus) == ("exported", ())


def test_beside_a_corpus_the_export_is_a_golden_set(exported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    (folder / "corpus").mkdir(parents=True)
    exported.rename(folder / "queries.jsonl")
    opened = open_set(str(folder), work=tmp_path)

    assert opened.questions == EXPECTED
    assert opened.corpus == (folder / "corpus",)


def test_exported_questions_are_asked_of_the_collection_that_is_there(
    service: Service, exported: Path
) -> None:
    questions = open_set(str(exported), work=exported.parent)
    examiner = Examiner(LocalDesk(service), "default", arms=["maxsim+bm25"])
    run = examiner.run(questions, examiner.prepare(questions))

    assert measure(run, "recall@1", "maxsim+bm25").mean == 1
    assert (run.circumstances.n_documents, run.circumstances.n_pages) == (1, 2)
    with pytest.raises(CollectionNotFound):
        Examiner(LocalDesk(service), "nowhere").prepare(questions)


def test_judgements_of_a_file_of_their_own_count_where_a_line_has_none(tmp_path: Path) -> None:
    lines = [
        {"query_id": "a", "query": "?", "answers": [], "pages": [{"doc": "x", "page": 1}]},
        {"query_id": "b", "query": "?", "answers": []},
    ]
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "qrels.tsv").write_text("query_id\tdoc\tpage\nb\ty\t2\n")
    a, b = open_set(str(tmp_path), work=tmp_path).questions

    assert (a.pages, b.pages) == ((), (("y", 2, 1),))
