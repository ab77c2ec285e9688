import json
from contextlib import closing
from pathlib import Path

import pytest

from api.client.desk import RemoteDesk
from api.desk import LocalDesk
from api.service import Service
from eval.datasets.base import EvalSet
from eval.datasets.golden import read_golden
from eval.measures import measure
from eval.run import Examiner
from index.errors import InvalidRequest
from tests.tiny import pdf


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


def test_a_set_is_asked_through_the_service(service: Service, golden: EvalSet) -> None:
    told: list[int] = []
    examiner = Examiner(LocalDesk(service), "tiny", arms=["maxsim+bm25", "bm25"])
    run = examiner.run(golden, examiner.prepare(golden), lambda: told.append(1))

    pages = [[(one.document, one.page) for one in o.found["bm25"].pages] for o in run.outcomes]
    assert pages[0][0] == ("dams", 1)
    assert pages[1][0] == ("dams", 2)
    assert measure(run, "recall@1", "maxsim+bm25").mean == 1
    assert measure(run, "right", "").mean == 0.5
    assert measure(run, "refusal recall", "").mean == 1
    assert len(told) == 3


def test_a_run_says_what_it_ran_on(service: Service, golden: EvalSet) -> None:
    examiner = Examiner(LocalDesk(service), "tiny", arms=["bm25"], answers=False)
    run = examiner.run(golden, examiner.prepare(golden))
    around = run.circumstances

    assert (run.data_set, run.sha256, run.arms) == ("tiny", golden.sha256, ("bm25",))
    assert (around.n_documents, around.n_pages, around.failed) == (1, 2, {})
    assert around.collection["manifest"]["encoder"] == "hashed-words"
    assert around.settings["encoder"] == "hashed-words"
    assert not {"key", "vlm_key", "database_url", "data"} & set(around.settings)
    assert around.bytes_per_page is not None
    assert around.bytes_per_page > 0
    assert all(one.answer is None for one in run.outcomes)


def test_a_document_that_cannot_be_indexed_is_told(service: Service, golden: EvalSet) -> None:
    (golden.corpus[0] / "broken.pdf").write_bytes(b"%PDF-1.7 and no more")
    examiner = Examiner(LocalDesk(service), "tiny", arms=["bm25"], answers=False)
    run = examiner.run(golden, examiner.prepare(golden))

    assert run.circumstances.failed == {"broken.pdf": "corrupt"}


def test_a_server_is_measured_over_the_wire_alike(
    service: Service, url: str, golden: EvalSet
) -> None:
    with closing(RemoteDesk.connect(url)) as desk:
        far = Examiner(desk, "tiny", arms=["maxsim+bm25"])
        there = far.run(golden, far.prepare(golden))
    near = Examiner(LocalDesk(service), "tiny", arms=["maxsim+bm25"])
    here = near.run(golden, near.prepare(golden))

    pages = [[one.found["maxsim+bm25"].pages for one in run.outcomes] for run in (there, here)]
    assert pages[0] == pages[1]
    texts = [[one.answer and one.answer.text for one in run.outcomes] for run in (there, here)]
    assert texts[0] == texts[1]
    assert there.circumstances.collection == here.circumstances.collection
    assert (there.circumstances.settings, there.circumstances.bytes_per_page) == ({}, None)


def test_no_arms_are_refused(service: Service) -> None:
    with pytest.raises(InvalidRequest, match="at least one set of arms"):
        Examiner(LocalDesk(service), "tiny", arms=[])
