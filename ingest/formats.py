"""Which format a file has, told by its first bytes and never by its name."""

from enum import StrEnum

from index.errors import EmptyDocument, NotADocument

HEAD_BYTES = 1024  # a PDF header may stand anywhere in these, says ISO 32000-1 annex H.3


class Format(StrEnum):
    """What can be read into pages."""

    PDF = "pdf"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    TIFF = "tiff"


SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", Format.PNG),
    (b"\xff\xd8\xff", Format.JPEG),
    (b"II*\x00", Format.TIFF),
    (b"MM\x00*", Format.TIFF),
    (b"II+\x00", Format.TIFF),
    (b"MM\x00+", Format.TIFF),
)
# A file that starts like one of these and hides a PDF header behind it is two files in one.
FOREIGN = (b"MZ", b"\x7fELF", b"PK\x03\x04", b"GIF8", b"#!", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


def detect(head: bytes) -> Format:
    """Name the format of a file from its first `HEAD_BYTES` bytes.

    Raises:
        EmptyDocument: there are no bytes.
        NotADocument: the bytes are of no format that can be read, or of two at once.
    """
    if not head:
        raise EmptyDocument("the file has no bytes")
    for signature, found in SIGNATURES:
        if head.startswith(signature):
            return found
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Format.WEBP
    if b"%PDF-" in head and not head.startswith(FOREIGN):
        return Format.PDF
    raise NotADocument("the file is neither a PDF nor a PNG, JPEG, WebP or TIFF image")
