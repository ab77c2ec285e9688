from pathlib import Path

import pytest
from PIL import Image

from eval.datasets.pictures import PictureFolder
from index.errors import InvalidRequest
from tests.eval.pictures import packed, page


@pytest.fixture
def folder(tmp_path: Path) -> PictureFolder:
    return PictureFolder(tmp_path / "pages")


def test_an_image_is_written_as_it_is_with_its_sides(folder: PictureFolder) -> None:
    data = packed(page("One", (60, 40)), "JPEG")
    picture = folder.put({"bytes": data, "path": "x.png"}, of="page 1")
    assert picture.path.read_bytes() == data
    assert picture.path.suffix == ".jpg"
    assert (picture.width, picture.height) == (60, 40)


def test_the_same_bytes_are_written_once(folder: PictureFolder, tmp_path: Path) -> None:
    data = packed(page("One"))
    first = folder.put(data, of="page 1")
    written = first.path.stat().st_mtime_ns
    assert folder.put({"bytes": data}, of="page 2") == first
    assert folder.put(data, of="page 1").path.stat().st_mtime_ns == written
    assert list((tmp_path / "pages").iterdir()) == [first.path]


def test_a_file_is_called_by_its_content_alone(folder: PictureFolder, tmp_path: Path) -> None:
    image = {"bytes": packed(page("One")), "path": "../../outside.png"}
    picture = folder.put(image, of="page ../../outside")
    assert picture.path.parent == tmp_path / "pages"
    assert set(picture.document) <= set("0123456789abcdef")


def test_formats_that_are_not_indexed_and_pictures_become_png(folder: PictureFolder) -> None:
    for image in (packed(page("One"), "BMP"), page("One"), page("One").convert("CMYK")):
        picture = folder.put(image, of="page 1")
        with Image.open(picture.path) as written:
            assert (written.format, written.size) == ("PNG", (480, 320))


def test_a_path_in_a_row_is_not_followed(folder: PictureFolder, tmp_path: Path) -> None:
    file = tmp_path / "private.png"
    file.write_bytes(packed(page("Private")))
    with pytest.raises(InvalidRequest, match="page 1 has no image, only the path of a file"):
        folder.put({"bytes": None, "path": str(file)}, of="page 1")


@pytest.mark.parametrize(
    ("image", "told"),
    [(None, "only nothing"), ("text", "only a str"), (b"text", "cannot be opened"), (b"", "bytes")],
)
def test_what_is_no_image_is_refused(folder: PictureFolder, image: object, told: str) -> None:
    with pytest.raises(InvalidRequest, match=f"page 1.*{told}"):
        folder.put(image, of="page 1")


def test_a_half_written_file_is_no_page(folder: PictureFolder, tmp_path: Path) -> None:
    picture = folder.put(page("One"), of="page 1")
    picture.path.rename(picture.path.with_suffix(".half"))
    again = folder.put(page("One"), of="page 1")
    assert again.path.exists()
    assert [path.suffix for path in (tmp_path / "pages").iterdir()] == [".png"]
