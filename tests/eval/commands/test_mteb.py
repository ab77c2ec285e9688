import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.desk import LocalDesk
from api.service import Service
from eval.adapters.mteb import MtebRetriever
from eval.commands.mteb import command, load_tasks, measure, print_results, write_json
from index.errors import InvalidRequest, Unavailable
from tests.eval.adapters.tiny_task import TinyTask

FIGURES = ["1.000"] * 4


class FarTask(TinyTask):
    """A task whose data are out of reach."""

    def load_data(self, num_proc: int | None = None, **_: Any) -> None:  # noqa: ARG002  mteb's
        raise ConnectionError("no route")


@pytest.fixture
def retriever(service: Service, tmp_path: Path) -> MtebRetriever:
    return MtebRetriever(LocalDesk(service), tmp_path / "pages")


def test_a_task_is_found_by_its_name() -> None:
    (task,) = load_tasks(["Vidore3HrRetrieval"])
    assert task.metadata.main_score == "ndcg_at_10"


def test_a_task_that_mteb_lacks_is_refused_with_one_that_it_has() -> None:
    with pytest.raises(InvalidRequest, match=r"no such task.*Vidore3HrRetrieval"):
        load_tasks(["Vidore3HrRetrieva"])


def test_an_unknown_task_ends_the_command_with_a_sentence(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["NoSuchTaskAnywhere", "--data", str(tmp_path / "data")])
    assert done.exit_code == 1
    assert "MTEB has no such task" in done.output
    assert not (tmp_path / "data").exists()


# Each question shares its words with one page only, so every figure is 1.
def test_figures_are_printed_and_written_as_mteb_keeps_them(
    retriever: MtebRetriever, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = measure(retriever, TinyTask())
    print_results(results)
    write_json(tmp_path / "results.json", results)
    assert capsys.readouterr().out.split()[-6:] == ["PagesightTinyRetrieval", "default", *FIGURES]
    (body,) = json.loads((tmp_path / "results.json").read_text())
    assert body["scores"]["test"][0]["ndcg_at_10"] == 1.0


def test_data_out_of_reach_are_told_with_the_setting_that_lets_them_in(
    retriever: MtebRetriever,
) -> None:
    with pytest.raises(Unavailable, match=r"PagesightTinyRetrieval.*no route.*PAGESIGHT_HUB=true"):
        measure(retriever, FarTask())
