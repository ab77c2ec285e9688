from pathlib import Path

import pytest

from index.encoders.minilm import MiniLmEncoder
from index.encoders.shelf import SHIPPED, EncoderChoice, EncoderShelf, ShelfSettings
from index.errors import EncoderUnavailable, InvalidRequest
from tests.encoding import application
from tests.serving import served
from tests.tiny import HashedWords


@pytest.fixture
def shelf(tmp_path: Path) -> EncoderShelf:
    return EncoderShelf(ShelfSettings(threads=1, records=tmp_path))


def test_the_encoder_that_ships_has_text_rows(shelf: EncoderShelf) -> None:
    assert shelf.settle(EncoderChoice()) == (SHIPPED, "text")
    assert shelf.open(SHIPPED, "text").pin.name == SHIPPED


def test_an_encoder_is_opened_once(shelf: EncoderShelf) -> None:
    assert shelf.open(SHIPPED, "text") is shelf.open(SHIPPED, "text")


def test_the_encoder_that_ships_has_no_patches(shelf: EncoderShelf) -> None:
    with pytest.raises(InvalidRequest, match="no patch rows"):
        shelf.open(SHIPPED, "patch")


def test_an_encoder_that_was_put_is_handed_out(shelf: EncoderShelf) -> None:
    put = HashedWords()
    shelf.put(put)

    assert shelf.settle(EncoderChoice("hashed-words")) == ("hashed-words", "text")
    assert shelf.open("hashed-words", "text") is put


def test_a_registered_model_gets_the_best_rows_it_has(shelf: EncoderShelf) -> None:
    fused = shelf.settle(EncoderChoice("ModernVBERT/colmodernvbert"))
    patches = shelf.settle(EncoderChoice("vidore/colqwen2-v1.0"))

    assert (fused[1], patches[1]) == ("fused", "patch")


def test_a_model_that_nobody_knows_is_refused(shelf: EncoderShelf) -> None:
    with pytest.raises(InvalidRequest, match="no registered model"):
        shelf.settle(EncoderChoice("no/such-model"))


def test_rows_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="patch, text, fused"):
        EncoderChoice(SHIPPED, "pixels")  # type: ignore[arg-type]  # as it may come from outside


def test_a_model_on_a_server_gets_patches_alone(tmp_path: Path) -> None:
    shelf = EncoderShelf(ShelfSettings(threads=1, records=tmp_path, url="http://127.0.0.1:9"))
    assert shelf.settle(EncoderChoice("ModernVBERT/colmodernvbert"))[1] == "patch"
    assert shelf.settle(EncoderChoice())[1] == "text"


def test_the_settings_of_a_shelf_do_not_show_the_key(tmp_path: Path) -> None:
    assert "secret" not in repr(ShelfSettings(threads=1, records=tmp_path, key="secret"))


def test_a_model_of_the_service_gets_the_rows_that_the_service_has(tmp_path: Path) -> None:
    with served(application(HashedWords())) as url:
        shelf = EncoderShelf(service_settings(tmp_path, url))
        chosen = shelf.settle(EncoderChoice("hashed-words"))
        opened = shelf.open(*chosen)
        asked = opened.encode_question("dam")
        shelf.close()

    assert chosen == ("hashed-words", "text")
    assert opened.pin == HashedWords().pin
    assert asked.vectors.tobytes() == HashedWords().encode_question("dam").vectors.tobytes()
    with pytest.raises(EncoderUnavailable, match="closed"):
        opened.encode_question("dam")


def test_the_model_that_ships_works_here_where_the_service_has_another(tmp_path: Path) -> None:
    with served(application(HashedWords())) as url:
        shelf = EncoderShelf(service_settings(tmp_path, url))
        opened = shelf.open(*shelf.settle(EncoderChoice()))

    assert isinstance(opened, MiniLmEncoder)


def test_a_model_or_rows_that_the_service_does_not_have_are_refused(tmp_path: Path) -> None:
    with served(application(HashedWords())) as url:
        shelf = EncoderShelf(service_settings(tmp_path, url))
        with pytest.raises(
            InvalidRequest, match="pagesight encoder --encoder no/such --rows patch"
        ):
            shelf.open("no/such", "patch")
        with pytest.raises(InvalidRequest, match=r"no server of .* has patch rows of hashed-words"):
            shelf.open("hashed-words", "patch")


def service_settings(folder: Path, url: str) -> ShelfSettings:
    return ShelfSettings(threads=1, records=folder, url=f"pagesight+{url}")
