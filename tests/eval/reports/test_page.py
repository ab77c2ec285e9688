import json
import re
from pathlib import Path

import pytest

from api.desk import LocalDesk
from api.service import Service
from eval.datasets.base import EvalSet
from eval.datasets.golden import read_golden
from eval.record import RunRecord
from eval.reports.misses import worst_misses
from eval.reports.page import html_report
from eval.run import Examiner
from tests.tiny import pdf

NASTY = "swifts sleep <script>alert(1)</script>"


@pytest.fixture
def golden(tmp_path: Path) -> EvalSet:
    folder = tmp_path / "birds"
    (folder / "corpus").mkdir(parents=True)
    (folder / "corpus" / "birds.pdf").write_bytes(pdf("herons nest on poles", "swifts sleep"))
    questions = [
        {"query_id": "a", "query": "swifts sleep", "answers": ["sleep"]},
        {"query_id": "b", "query": NASTY, "answers": ["<b>high</b>"]},
    ]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, questions)))
    (folder / "qrels.tsv").write_text("query_id\tdoc\tpage\na\tbirds\t2\nb\tbirds\t1\n")
    return read_golden(folder)


@pytest.fixture
def run(service: Service, golden: EvalSet) -> RunRecord:
    examiner = Examiner(LocalDesk(service), "birds", arms=["maxsim+bm25"])
    return examiner.run(golden, examiner.prepare(golden))


def test_a_miss_shows_the_expected_page_the_first_page_and_its_heat(
    service: Service, run: RunRecord
) -> None:
    (miss,) = worst_misses(run, LocalDesk(service))

    assert (miss.question, miss.rank) == (NASTY, 2)
    assert [one.told for one in miss.pictures] == [
        "expected: birds, page 1",
        "came first: birds, page 2",
        "what the question found there",
    ]
    assert len({one.url for one in miss.pictures}) == 3
    assert all(one.url.startswith("data:image/jpeg;base64,") for one in miss.pictures)


def test_the_page_needs_nothing_from_elsewhere(service: Service, run: RunRecord) -> None:
    page = html_report(run, LocalDesk(service))

    assert not re.findall(r"(?:src|href)=\"(?!data:)", page)
    assert "http" not in page.replace("http-equiv", "")
    assert "nDCG@5" in page
    assert page.count("<figure>") == 3


def test_text_of_questions_never_becomes_markup(service: Service, run: RunRecord) -> None:
    page = html_report(run, LocalDesk(service))

    assert "<script>" not in page
    assert "<b>high</b>" not in page
    assert "&lt;script&gt;" in page


def test_a_run_without_misses_or_answers_has_a_page_too(service: Service, golden: EvalSet) -> None:
    examiner = Examiner(LocalDesk(service), "birds", arms=["maxsim+bm25"], answers=False)
    only = EvalSet(golden.name, golden.corpus, golden.questions[:1], golden.judged, golden.sha256)
    page = html_report(examiner.run(only, examiner.prepare(only)), LocalDesk(service))

    assert "Every answerable question has its page first." in page
    assert "Answers, citations, refusals" not in page
