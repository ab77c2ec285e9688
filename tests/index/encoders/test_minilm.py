import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from index.encoders.base import PageContent
from index.encoders.glossary import SHIPPED as GLOSSARY
from index.encoders.glossary import glossary_sha256
from index.encoders.minilm import SHA256, MiniLmEncoder, check_files, packaged_folder
from index.encoders.token_windows import cut_windows, kept_rows
from index.encoders.visual.compat import declare_torchvision_operators
from index.encoders.whitening import SHIPPED, whitening_sha256
from index.errors import InvalidRequest, ModelRejected
from index.records import Box, PageWords, RowKind, Word

NO_IMAGE = np.zeros((1, 1, 3), np.uint8)


def box(n: int) -> Box:
    return Box(n / 1000, 0.1, (n + 1) / 1000, 0.2)


def page(words: Sequence[str]) -> PageContent:
    boxed = tuple(Word(text, box(n), 0) for n, text in enumerate(words))
    return PageContent(NO_IMAGE, PageWords(boxed, "text_layer"))


@pytest.fixture(scope="module")
def encoder() -> MiniLmEncoder:
    return MiniLmEncoder.open()


def test_the_pin_names_every_file_that_decides_the_rows(encoder: MiniLmEncoder) -> None:
    ours = (SHIPPED, whitening_sha256()), (GLOSSARY, glossary_sha256())
    assert encoder.pin.sha256 == (*SHA256.items(), *ours)
    assert encoder.pin.dim == 192


def test_opening_and_pinning_load_no_model() -> None:
    script = (
        "import sys; from index.encoders.minilm import MiniLmEncoder; MiniLmEncoder.open().pin; "
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603  our own words


def test_a_file_that_is_not_the_published_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelRejected, match=r"tokenizer\.json has sha256 44136fa3"):
        check_files(tmp_path, {"tokenizer.json": SHA256["tokenizer.json"]})


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelRejected, match="cannot be read"):
        check_files(tmp_path, SHA256)


def test_raw_rows_are_those_of_the_reference_implementation(encoder: MiniLmEncoder) -> None:
    declare_torchvision_operators()
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  takes seconds to import

    reference = SentenceTransformer(str(packaged_folder()), device="cpu")
    words = ["Barometer", "readings", "declined", "sharply"]
    expected = reference.encode(" ".join(words), output_value="token_embeddings")
    made = encoder.raw_content_rows(words)
    assert made == pytest.approx(np.asarray(expected)[1:-1], abs=1e-5)


def test_each_row_carries_the_box_of_its_word(encoder: MiniLmEncoder) -> None:
    rows = encoder.encode_pages([page(["Revenue", "of", "Pagesightlings", "rose."])])[0]
    first, *middle, last = rows.boxes.tolist()
    assert first == pytest.approx(box(0))
    assert len(middle) > 1
    assert all(row == pytest.approx(box(2)) for row in middle)
    assert last == pytest.approx(box(3))
    assert set(rows.kinds.tolist()) == {RowKind.TEXT}


def test_a_page_without_words_has_no_rows(encoder: MiniLmEncoder) -> None:
    empty, full = encoder.encode_pages([page([]), page(["word"])])
    assert empty.vectors.shape == (0, encoder.pin.dim)
    assert len(full) == 1


def test_a_page_of_only_stop_words_keeps_them(encoder: MiniLmEncoder) -> None:
    assert len(encoder.encode_pages([page(["to", "be", "or", "not"])])[0]) == 4


def test_every_word_of_a_long_page_gets_its_row(encoder: MiniLmEncoder) -> None:
    rows = encoder.encode_pages([page(["river", "valley"] * 350)])[0]
    assert rows.boxes[:, 0] == pytest.approx(np.arange(700) / 1000, abs=1e-6)


def test_a_row_is_made_in_the_window_that_keeps_it(encoder: MiniLmEncoder) -> None:
    words = ["river", "copper", "window", "night", "seven"] * 80
    _, window, *_ = cut_windows(len(words))
    alone = encoder.raw_content_rows(words[window.start : window.stop])
    whole = encoder.raw_content_rows(words)
    assert whole[window.first : window.last] == pytest.approx(kept_rows(window, alone), abs=1e-5)


def test_rows_do_not_depend_on_the_pages_beside_them(encoder: MiniLmEncoder) -> None:
    short, long = page(["Net", "revenue", "rose"]), page(["mountain", "lake"] * 300)
    alone = encoder.encode_pages([short])[0]
    beside = encoder.encode_pages([long, short, long])[1]
    assert beside.vectors == pytest.approx(alone.vectors, abs=1e-5)


def test_a_page_of_too_many_rows_has_neighbours_averaged(
    encoder: MiniLmEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["river", "valley"] * 5
    every = encoder.encode_pages([page(words)])[0]
    room_for = len(words) // 2
    monkeypatch.setattr("index.encoders.minilm.max_rows", lambda _: room_for)
    fewer = encoder.encode_pages([page(words)])[0]
    assert len(fewer) <= room_for
    together = every.vectors[:2].sum(axis=0)
    assert fewer.vectors[0] == pytest.approx(together / np.linalg.norm(together), abs=1e-5)
    assert fewer.boxes[-1, 2] == pytest.approx(every.boxes[-1, 2])
    assert fewer.boxes[0, 0] == pytest.approx(every.boxes[0, 0])


def test_a_content_word_weighs_one_however_many_tokens_it_has(encoder: MiniLmEncoder) -> None:
    asked = encoder.encode_question("What is the revenue of Pagesightlings?")
    revenue = asked.tokens.index("revenue")
    assert asked.weights[revenue] == 1
    assert asked.weights.sum() == pytest.approx(2)
    assert asked.weights[asked.tokens.index("the")] == 0
    assert asked.weights[asked.tokens.index("?")] == 0


def test_a_character_that_the_model_does_not_know_weighs_nothing(encoder: MiniLmEncoder) -> None:
    assert encoder.encode_question("revenue \U0001f600").weights.tolist() == [1, 0]


def test_a_question_of_only_stop_words_weighs_them_alike(encoder: MiniLmEncoder) -> None:
    assert encoder.encode_question("who is it").weights.tolist() == [1, 1, 1]


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_question_is_refused(encoder: MiniLmEncoder, text: str) -> None:
    with pytest.raises(InvalidRequest, match="empty"):
        encoder.encode_question(text)


def test_words_of_like_meaning_are_nearer_than_others(encoder: MiniLmEncoder) -> None:
    asked = encoder.encode_question("automobile").vectors
    car, banana = encoder.encode_pages([page(["car"]), page(["banana"])])
    assert (asked @ car.vectors.T).max() > (asked @ banana.vectors.T).max() + 0.1


def test_a_language_that_the_model_never_saw_still_gives_rows(encoder: MiniLmEncoder) -> None:
    rows = encoder.encode_pages(
        [page(["\ucee4\ud53c", "\u0627\u0644\u0645\u0643\u062a\u0628\u0629"])]
    )
    assert len(rows[0]) > 2


def test_a_word_of_another_language_has_rows_of_its_english_in_its_place(
    encoder: MiniLmEncoder,
) -> None:
    rows = encoder.encode_pages([page(["Die", "Bibliothek", "ist", "hier"])])[0]
    library = encoder.encode_question("library").vectors[0]
    best = int((rows.vectors @ library).argmax())
    assert rows.boxes[best] == pytest.approx(box(1))
    assert rows.vectors[best] @ library > 0.5
    assert best == len(rows) - 1


def test_an_english_page_gets_no_further_rows(encoder: MiniLmEncoder) -> None:
    assert len(encoder.encode_pages([page(["The", "pain", "is", "here", "chat"])])[0]) == 2


def test_a_question_in_another_language_asks_in_english_too(encoder: MiniLmEncoder) -> None:
    asked = encoder.encode_question("Wo ist die Bibliothek von Osby")
    osby = asked.tokens.index("os")
    assert asked.tokens[osby:] == ("os", "##by", "library")
    assert asked.weights[osby:].tolist() == [0.5, 0.5, 1]


def test_the_english_meanings_of_a_word_share_its_weight(encoder: MiniLmEncoder) -> None:
    asked = encoder.encode_question("Quel est le prix")
    assert asked.tokens[-2:] == ("price", "prize")
    assert asked.weights[-2:].tolist() == [0.5, 0.5]


def test_rows_of_english_do_not_depend_on_the_pages_beside_them(encoder: MiniLmEncoder) -> None:
    german = page(["Die", "Bibliothek", "ist", "hier"])
    alone = encoder.encode_pages([german])[0]
    _, beside, _ = encoder.encode_pages([page(["river"] * 300), german, page([])])
    assert beside.vectors == pytest.approx(alone.vectors, abs=1e-5)
