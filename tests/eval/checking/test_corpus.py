from pathlib import Path

from api.commands.ingest import ingest_files
from api.desk import LocalDesk
from api.schemas import NewCollection
from api.service import Service
from eval.checking.corpus import read_corpus
from tests.tiny import pdf


def test_every_page_that_was_read_is_there_under_its_name(service: Service, tmp_path: Path) -> None:
    (tmp_path / "dams.pdf").write_bytes(pdf("The dam", "unseen", "The lake", strips=[2]))
    (tmp_path / "notes.txt").write_text("no document")
    desk = LocalDesk(service)
    ingest_files(desk, NewCollection(name="mine"), [tmp_path], metadata={})
    found = read_corpus(desk, "mine")
    assert {name: page.tokens for name, page in found.pages.items()} == {
        ("dams", 1): ("the", "dam"),
        ("dams", 3): ("the", "lake"),
    }
    assert (found.why_missing(("dams", 2)) or "").startswith("the page failed: ")
    assert (found.why_missing(("notes", 1)) or "").startswith("the document failed: ")
