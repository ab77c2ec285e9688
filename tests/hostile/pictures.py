"""Images made to hurt who decodes them; none is kept in a file."""

import io
import struct
import zlib

from PIL import Image

from tests.hostile.pdfs import zeros


def png(width: int, height: int, *, bits: int = 1) -> bytes:
    """A PNG of zeros, of any size."""
    row = 1 + (width * bits + 7) // 8
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zeros(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in chunks)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def tiff(n_frames: int, *, width: int = 9, height: int = 9, ring: bool = False) -> bytes:
    """A TIFF of grey frames that share their pixels; in a ring the last leads to the first."""
    entries = ((256, width), (257, height), (258, 8), (259, 1), (262, 1), (273, 8), (278, height))
    size = 2 + 12 * (len(entries) + 1) + 4
    first = 8 + 81
    tags = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
    tags += struct.pack("<HHII", 279, 4, 1, 81)
    out = bytearray(b"II*\x00" + struct.pack("<I", first) + bytes(81))
    for number in range(n_frames):
        is_last = number == n_frames - 1
        following = first + (number + 1) * size if not is_last else first * ring
        out += struct.pack("<H", len(entries) + 1) + tags + struct.pack("<I", following)
    return bytes(out)


def jpeg(width: int, height: int) -> bytes:
    """A JPEG of a few pixels that claims to have this size."""
    small = saved("JPEG")
    at = small.index(b"\xff\xc0") + 5
    return small[:at] + struct.pack(">HH", height, width) + small[at + 4 :]


def webp(n_frames: int) -> bytes:
    """An animated WebP."""
    frames = [Image.new("RGB", (64, 64), (n, 9, 9)) for n in range(n_frames)]
    out = io.BytesIO()
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:], duration=1)
    return out.getvalue()


def wide_webp() -> bytes:
    """A WebP of a few pixels that claims to have 16,383 by 16,383."""
    small = saved("WEBP", lossless=True)
    at = small.index(b"VP8L") + 9
    return small[:at] + struct.pack("<I", 0x0FFFFFFF) + small[at + 4 :]


def saved(kind: str, *, lossless: bool = False) -> bytes:
    """A small honest image."""
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, kind, lossless=lossless)
    return out.getvalue()
