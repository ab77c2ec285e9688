from pathlib import Path

from api.commands.ingest import ingest_files
from api.desk import LocalDesk
from api.schemas import NewCollection
from api.service import Service
from eval.drafting.pages import language_of, read_documents, title_of
from index.records import Box, PageWords, Word
from tests.tiny import pdf


def lines(*texts: tuple[str, float]) -> PageWords:
    """Words of lines, each with the height of its letters."""
    words: list[Word] = []
    for row, (text, height) in enumerate(texts):
        for place, word in enumerate(text.split()):
            left = 0.1 + 0.1 * place
            top = 0.05 + 0.1 * row
            words.append(Word(word, Box(left, top, left + 0.09, top + height), row))
    return PageWords(tuple(words), "text_layer")


def test_the_largest_words_of_a_first_page_are_its_title() -> None:
    page = lines(
        ("Halvern Water", 0.01), ("Annual Report 2024 and Accounts", 0.03), ("Filler.", 0.01)
    )
    assert title_of(page) == "Annual Report 2024 and Accounts"


def test_headings_of_one_size_are_no_title() -> None:
    page = lines(*[(f"Item number {n} of the agenda", 0.03) for n in range(3)])
    assert title_of(page) is None


def test_too_short_or_scanned_titles_are_none() -> None:
    assert title_of(lines(("Invoice", 0.03), ("Filler.", 0.01))) is None
    scanned = lines(("Annual Report and Accounts", 0.03))
    assert title_of(PageWords(scanned.words, "ocr")) is None
    assert title_of(PageWords((), "none")) is None


def test_the_language_is_the_one_with_most_stop_words() -> None:
    assert language_of(["Der Zuschuss war im Jahr nicht mehr so hoch"], ["en", "de", "fr"]) == "de"
    assert language_of(["Le four est dans le jardin de la ville"], ["en", "de", "fr"]) == "fr"
    assert language_of(["1931 1932"], ["fr", "en"]) == "fr"


def test_documents_come_with_the_pages_that_say_enough(service: Service, tmp_path: Path) -> None:
    long = "\n".join(["The dam is twelve metres tall and very old"] * 3)
    (tmp_path / "dams.pdf").write_bytes(pdf(long, "Nearly nothing", long + " today"))
    (tmp_path / "notes.pdf").write_text("no document")
    desk = LocalDesk(service)
    report = ingest_files(desk, NewCollection(name="mine"), [tmp_path], metadata={})
    (found,) = read_documents(desk, "mine", report.documents, ["de", "en"])
    assert (found.stem, found.title, found.language) == ("dams", "dams", "en")
    assert [page.number for page in found.pages] == [1, 3]
