"""Page images that data sets keep inside rows, written as files to index.

A file is called by the digest of its bytes. So no name of a data set becomes a path, writing twice
equals once, and rows that hold the same page share one file: the service keeps the same bytes once,
and pages that look alike cannot be told apart by anybody.
"""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from index.errors import InvalidRequest

ENDINGS = {"PNG": "png", "JPEG": "jpg", "WEBP": "webp", "TIFF": "tif"}  # what can be indexed as is


@dataclass(frozen=True, slots=True)
class Picture:
    """A page image as a file, and its sides in pixels."""

    path: Path
    width: int
    height: int

    @property
    def document(self) -> str:
        """What gold pages call it."""
        return self.path.stem


class PictureFolder:
    """A folder of page images that are called like their content."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def put(self, image: object, *, of: str) -> Picture:
        """Write an image where it is not there yet.

        Args:
            image: encoded bytes, a record with `bytes` as Hugging Face keeps it, or a picture.
            of: what it is the image of, for messages.

        Raises:
            InvalidRequest: there are no bytes, or they are no image.
        """
        data = encoded(image)
        if not data:
            raise InvalidRequest(f"{of} has no image, only {_told(image)}")
        try:
            data, ending, (width, height) = _as_indexed(data)
        except (UnidentifiedImageError, OSError) as error:
            raise InvalidRequest(f"the image of {of} cannot be opened: {error}") from error
        path = self._folder / f"{hashlib.sha256(data).hexdigest()[:32]}.{ending}"
        if not path.exists():
            half = path.with_suffix(".half")
            half.write_bytes(data)
            half.replace(path)
        return Picture(path, width, height)


def encoded(image: object) -> bytes | None:
    """Return the bytes of an image in any of the forms that rows have; None where there are none.

    A path in a row is not followed: a data set does not choose which files are read.
    """
    if isinstance(image, Mapping):
        image = image.get("bytes")
    if isinstance(image, Image.Image):
        return _as_png(image)
    return image if isinstance(image, bytes) else None


def _as_indexed(data: bytes) -> tuple[bytes, str, tuple[int, int]]:
    with Image.open(io.BytesIO(data)) as image:
        if image.format in ENDINGS:
            return data, ENDINGS[image.format], image.size
        return _as_png(image), "png", image.size


def _as_png(image: Image.Image) -> bytes:
    packed = io.BytesIO()
    plain = image if image.mode in ("1", "L", "RGB") else image.convert("RGB")
    plain.save(packed, "PNG")
    return packed.getvalue()


def _told(image: object) -> str:
    if isinstance(image, Mapping) and image.get("path"):
        return "the path of a file, which is not followed"
    return "nothing" if image is None else f"a {type(image).__name__}"
