import pytest

from index.errors import EmptyDocument, NotADocument
from ingest.formats import Format, detect


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"%PDF-1.4\n", Format.PDF),
        (b"\n\n junk of a mail gateway \n%PDF-1.4\n", Format.PDF),
        (b"\x89PNG\r\n\x1a\n....", Format.PNG),
        (b"\xff\xd8\xff\xe0", Format.JPEG),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Format.WEBP),
        (b"II*\x00", Format.TIFF),
        (b"MM\x00*", Format.TIFF),
    ],
)
def test_the_first_bytes_tell_the_format(head: bytes, expected: Format) -> None:
    assert detect(head) is expected


@pytest.mark.parametrize(
    "head",
    [b"<html>", b"MZ\x90 a program", b"RIFF\x10\0\0\0WAVEfmt ", b"GIF89a", b"%!PS-Adobe-3.0"],
)
def test_other_bytes_are_no_document(head: bytes) -> None:
    with pytest.raises(NotADocument):
        detect(head)


@pytest.mark.parametrize("front", [b"MZ\x90\0", b"\x7fELF", b"PK\x03\x04", b"GIF89a", b"#!/bin/sh"])
def test_two_files_in_one_are_no_document(front: bytes) -> None:
    with pytest.raises(NotADocument):
        detect(front + b"\n%PDF-1.7\n")


def test_an_image_with_a_pdf_behind_it_is_an_image() -> None:
    assert detect(b"\xff\xd8\xff\xe0 \n%PDF-1.7\n") is Format.JPEG


def test_no_bytes_are_an_empty_document() -> None:
    with pytest.raises(EmptyDocument):
        detect(b"")
