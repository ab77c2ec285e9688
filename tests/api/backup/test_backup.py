"""What a restored installation answers and goes on with."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from uuid import UUID

from api.bodies import answer_body, search_body
from api.service import Service
from index.catalog.accounts import SCOPES, Account, KeyLimits, NewKey, Spent
from index.catalog.questions import GoldenQuestion
from retrieval.hits import SearchQuery
from tests.api.backup.conftest import NAMES, THINGS, Place, document
from tests.tiny import HashedWords, index, pdf

MONDAY = date(2026, 1, 5)
QUESTIONS = [f"which {name} has a {one}" for name, one in product(NAMES, THINGS)] + [
    "in 1",
    "what else",
]


def answers(service: Service) -> list[object]:
    """What is found and answered, question by question, without what it cost in time."""
    told = []
    for question in QUESTIONS:
        answer, found = service.ask("default", SearchQuery(question))
        bodies = (answer_body("default", answer, found), search_body(found))
        told.append([body.model_dump(exclude={"timings"}) for body in bodies])
    return list(told)


def fill(service: Service) -> None:
    """Have documents, some of them replaced and deleted."""
    ids = [index(service, f"{n}.pdf", document(n)) for n in range(8)]
    service.replace("default", UUID(ids[0]), "new.pdf", [pdf("viper with a quarry")])
    service.worker.run_until_empty()
    service.delete_document("default", UUID(ids[5]))


def test_fifty_questions_are_answered_alike_after_a_restore(
    place: Place, new_place: Callable[[], Place], tmp_path: Path
) -> None:
    service = place.open()
    fill(service)
    service.close()
    service = place.open()  # Edge counts the words of deleted pages until it is opened again
    before = answers(service)
    service.close()

    place.back_up(tmp_path / "backup")
    restored = new_place()
    restored.restore(tmp_path / "backup")
    service = restored.open()
    after = answers(service)
    service.close()

    assert len(QUESTIONS) == 50
    assert after == before


def test_a_restored_collection_takes_documents_and_deletes_them(
    backup: Path, new_place: Callable[[], Place]
) -> None:
    place = new_place()
    place.restore(backup)
    service = place.open()
    gone, kept = service.catalog.documents("default")

    index(service, "more.pdf", document(2))
    service.delete_document("default", gone.id)

    names = {one.name for one in service.catalog.documents("default")}
    assert names == {kept.name, "more.pdf"}
    service.close()


def test_work_that_was_not_done_is_done_after_the_restore(
    place: Place, new_place: Callable[[], Place], tmp_path: Path
) -> None:
    encoder = HashedWords()
    service = place.open(encoder)
    service.create_collection("default")
    encoder.before_pages = lambda _: service.indexer.stopping.set()  # it ends with its first chunk
    service.upload("default", "long.pdf", [document(3, n_pages=12)], {})
    service.indexer.run(service.ledger.open_jobs()[0].id)
    service.upload("default", "waits.pdf", [document(4)], {})
    service.close()

    place.back_up(tmp_path / "backup")
    restored = new_place()
    restored.restore(tmp_path / "backup")
    service = restored.open()
    service.worker.run_until_empty()

    found = {one.name: (one.state, one.n_pages) for one in service.catalog.documents("default")}
    assert found == {"long.pdf": ("ready", 12), "waits.pdf": ("ready", 3)}
    service.close()


def test_keys_spending_and_golden_questions_are_restored(
    place: Place, new_place: Callable[[], Place], tmp_path: Path
) -> None:
    service = place.open()
    service.create_collection("default")
    key, token = service.keys.issue(NewKey("reader", "default", SCOPES, KeyLimits(), None))
    service.spending.add(Account("default"), MONDAY, Spent(2, 3, cost=Decimal("0.25")))
    service.golden.add("default", GoldenQuestion("first", "How\ttall\nis it? \\N"))
    service.close()

    place.back_up(tmp_path / "backup")
    restored = new_place()
    restored.restore(tmp_path / "backup")
    service = restored.open()
    service.golden.add("default", GoldenQuestion("second", "And how wide?"))

    assert service.keys.verify(token, datetime.now(UTC)) == key
    assert service.spending.of(Account("default"), MONDAY).cost == Decimal("0.25")
    texts = [one.text for one in service.golden.questions("default")]
    assert texts == ["How\ttall\nis it? \\N", "And how wide?"]
    service.close()


def test_a_second_backup_shares_what_has_not_changed(place: Place, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    service = place.open()
    index(service, "0.pdf", document(0))
    service.close()
    place.back_up(first)
    service = place.open()
    index(service, "1.pdf", document(1))
    service.close()

    place.back_up(second, since=first)

    points = {path.relative_to(first): path.stat().st_ino for path in first.rglob("*.npz")}
    again = {path.relative_to(second): path.stat().st_ino for path in second.rglob("*.npz")}
    assert len(points) == 1
    assert len(again) == 2
    assert points.items() < again.items()
    blobs = [path for path in (second / "blobs").rglob("*") if path.is_file()]
    assert all(path.stat().st_nlink > 1 for path in blobs)  # of the store itself
