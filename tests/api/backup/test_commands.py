"""What a person sees of it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import pagesight
from tests.api.backup.conftest import Place, document
from tests.tiny import index


def run(place: Place, *arguments: object) -> Result:
    """Run a command with a place's database."""
    url = place.database.engine.url.render_as_string(hide_password=False)
    told = [str(argument) for argument in arguments]
    return CliRunner().invoke(pagesight, told, env={"PAGESIGHT_DATABASE_URL": url})


@pytest.fixture
def filled(place: Place) -> Place:
    """A place with a document."""
    service = place.open()
    index(service, "0.pdf", document(0))
    service.close()
    return place


def test_a_backup_tells_how_much_it_holds(filled: Place, tmp_path: Path) -> None:
    target = tmp_path / "backup"

    made = run(filled, "backup", target, "--data", filled.data)
    checked = run(filled, "backup", target, "--check", "--json")

    assert made.exit_code == 0
    assert f"{target} is written and read back: 1 collections, 1 documents, 3 pages" in made.output
    assert json.loads(checked.stdout)["collections"][0]["name"] == "default"
    assert (target / "SHA256SUMS").is_file()


def test_a_restore_says_which_model_it_lacks(
    filled: Place, new_place: Callable[[], Place], tmp_path: Path
) -> None:
    run(filled, "backup", tmp_path / "backup", "--data", filled.data)
    place = new_place()

    refused = run(place, "restore", tmp_path / "backup", "--data", place.data)

    assert refused.exit_code == 1
    assert "hashed-words" in refused.output
    assert not place.data.exists()


def test_an_installation_without_collections_is_restored(
    place: Place, new_place: Callable[[], Place], tmp_path: Path
) -> None:
    place.open().close()
    run(place, "backup", tmp_path / "backup", "--data", place.data)
    restored = new_place()

    done = run(restored, "restore", tmp_path / "backup", "--data", restored.data)

    assert done.exit_code == 0
    assert f"{restored.data} has it all: 0 collections" in done.output


def test_a_folder_in_which_nothing_is_kept_is_told(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        pagesight, ["backup", str(tmp_path / "backup"), "--data", str(tmp_path / "none")]
    )

    assert told.exit_code == 1
    assert "nothing is kept in" in told.output
    assert not (tmp_path / "none").exists()


def test_a_check_takes_no_earlier_backup(backup: Path) -> None:
    told = CliRunner().invoke(pagesight, ["backup", str(backup), "--check", "--since", str(backup)])

    assert told.exit_code == 2
    assert "--check takes no --since" in told.output
