import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.desk import LocalDesk
from api.golden.evaluations import Evaluations
from api.service import Service
from eval.command import command
from eval.keeping import keep_run
from eval.record import RunRecord
from eval.reports.page import html_report
from tests.eval.records import LINE, given, outcome, question, record
from tests.tiny import pdf


def test_a_run_is_kept_with_the_figures_that_users_get(data_folder: Path) -> None:
    asked = question("q", boxes=[LINE])
    run = record([outcome(asked, 1, given(box=LINE), alone=3)])
    kept = keep_run(data_folder, run, "<p></p>")

    (listed,) = Evaluations(data_folder).list()
    assert listed == kept
    assert (kept.name, kept.collection) == ("tiny", "tiny")
    assert kept.created_at == run.circumstances.finished
    assert (kept.figures["recall@1"], kept.figures["box hit"]) == (1.0, 1.0)
    path = data_folder / "evaluations" / kept.id / "record.json"
    assert RunRecord.read(path) == run


def test_a_report_asks_for_no_script(service: Service) -> None:
    run = record([outcome(question("<script>"), 1, given())])
    page = html_report(run, LocalDesk(service))

    assert not re.search(r"<script|\son\w+=|javascript:", page)


@pytest.mark.slow
def test_the_command_keeps_its_run_in_the_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "set" / "corpus").mkdir(parents=True)
    (tmp_path / "set" / "corpus" / "dams.pdf").write_bytes(pdf("The dam is twelve metres tall"))
    line = {
        "query_id": "q",
        "query": "How tall is the dam?",
        "answers": ["twelve metres"],
        "pages": [{"doc": "dams", "page": 1}],
    }
    (tmp_path / "set" / "queries.jsonl").write_text(json.dumps(line))
    monkeypatch.setenv("PAGESIGHT_OCR_WORKERS", "1")
    data = tmp_path / "data"
    arguments = ["run", str(tmp_path / "set"), "--data", str(data), "--arms", "bm25"]
    done = CliRunner().invoke(command, arguments)

    assert done.exit_code == 0, done.output
    (kept,) = Evaluations(data).list()
    assert kept.id in done.stderr
    assert (kept.name, kept.collection, kept.figures["recall@1"]) == ("set", "eval-set", 1.0)


def test_questions_alone_need_the_collection_that_they_are_about(tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"query_id": "q", "query": "?", "answers": [], "pages": []}')
    done = CliRunner().invoke(command, ["run", str(tmp_path / "q.jsonl"), "--data", str(tmp_path)])

    assert done.exit_code == 1
    assert "--collection" in done.stderr
