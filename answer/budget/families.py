"""How many tokens an image costs a model, by the rule of the model's family.

Each family is a record of its parameters with one verb; sizes are pixels of the image as sent. A
count is what the family's documentation or image processor says, before a request is made. The
marks that surround an image in a prompt are counted where the processor itself writes them.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Protocol

MAX_ASPECT = 200  # of Qwen's processors; they refuse longer strips


class ImageFamily(Protocol):
    """A rule by which models count images."""

    def tokens(self, width: int, height: int) -> int | None:
        """Return the tokens of an image, or None where the family refuses such a shape."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same for every image, as LLaVA, Gemma 3 and Gemini 3 count."""

    each: int

    def tokens(self, width: int, height: int) -> int:  # noqa: ARG002  whatever the size
        """Return the tokens of an image."""
        return self.each


@dataclass(frozen=True, slots=True)
class OpenAiTiles:
    """OpenAI, "Images and vision", tile-based image tokenization, at high detail.

    The image is scaled down to fit a square, then until its short side is short enough, and
    covered by tiles.
    """

    base: int = 85
    per_tile: int = 170
    max_edge: int = 2048
    short_edge: int = 768
    tile: int = 512

    def tokens(self, width: int, height: int) -> int:
        """Return the tokens of an image."""
        fitting = min(1.0, self.max_edge / max(width, height))
        shrink = min(fitting, self.short_edge / min(width, height))
        across, down = (max(1, math.floor(edge * shrink + 1e-9)) for edge in (width, height))
        return self.base + self.per_tile * _cells(across, down, self.tile)


@dataclass(frozen=True, slots=True)
class OpenAiPatches:
    """OpenAI, "Images and vision", patch-based image tokenization.

    An image of more patches than the budget is shrunk until they fit whole; a model counts each
    patch `multiplier` times. A `max_edge` of 0 is none.
    """

    multiplier: float = 1.0
    max_patches: int = 1536
    max_edge: int = 2048
    patch: int = 32

    def tokens(self, width: int, height: int) -> int:
        """Return the tokens of an image."""
        longest = max(width, height)
        if 0 < self.max_edge < longest:
            fit = self.max_edge / longest
            width, height = (max(1, round(edge * fit)) for edge in (width, height))
        # Rounded, so that 1000 patches of 1.2 are 1200 and not 1201.
        return math.ceil(round(self._patches(width, height) * self.multiplier, 6))

    def _patches(self, width: int, height: int) -> int:
        needed = _cells(width, height, self.patch)
        if needed <= self.max_patches:
            return needed
        shrink = self.patch * math.sqrt(self.max_patches / (width * height))
        across, down = width * shrink / self.patch, height * shrink / self.patch
        if min(across, down) < 1:  # thinner than a patch, where the rule says nothing
            return self.max_patches
        shrink *= min(math.floor(across) / across, math.floor(down) / down)
        smaller = _cells(math.floor(width * shrink), math.floor(height * shrink), self.patch)
        return min(smaller, self.max_patches)


@dataclass(frozen=True, slots=True)
class AnthropicPatches:
    """Anthropic, "Vision", resolution and token cost, and "How Claude resizes and pads images".

    A token for each patch of the largest size of the same aspect whose padded edges and count of
    patches stay within the limits of the model's tier.
    """

    max_edge: int = 1568
    max_tokens: int = 1568
    patch: int = 28

    def tokens(self, width: int, height: int) -> int:
        """Return the tokens of an image."""
        long, short = max(width, height), min(width, height)
        if not self._fits(long, short):
            edges = range(1, long)
            scaled = (short / long).__mul__
            n_fitting = bisect_left(
                edges, x=True, key=lambda edge: not self._fits(edge, max(1, round(scaled(edge))))
            )
            long = max(1, n_fitting)  # edges count from 1
            short = max(1, round(scaled(long)))
        return _cells(long, short, self.patch)

    def _fits(self, long: int, short: int) -> bool:
        padded = math.ceil(long / self.patch) * self.patch
        return padded <= self.max_edge and _cells(long, short, self.patch) <= self.max_tokens


@dataclass(frozen=True, slots=True)
class QwenGrid:
    """Qwen2-VL and later: a token for each cell, after `smart_resize` of their image processor.

    Both edges become multiples of the cell, 28 px up to Qwen2.5-VL and 32 px from Qwen3-VL on, and
    the area stays between the limits of the checkpoint's `preprocessor_config.json`.
    """

    cell: int = 28
    min_pixels: int = 56 * 56
    max_pixels: int = 16384 * 28 * 28

    def tokens(self, width: int, height: int) -> int | None:
        """Return the tokens of an image; None for strips that the processor refuses."""
        if max(width, height) / min(width, height) > MAX_ASPECT:
            return None
        across, down = round(width / self.cell), round(height / self.cell)
        area = across * down * self.cell**2
        if area > self.max_pixels:
            shrink = math.sqrt(width * height / self.max_pixels)
            across = max(1, math.floor(width / shrink / self.cell))
            down = max(1, math.floor(height / shrink / self.cell))
        elif area < self.min_pixels:
            grow = math.sqrt(self.min_pixels / (width * height))
            across = math.ceil(width * grow / self.cell)
            down = math.ceil(height * grow / self.cell)
        return across * down


@dataclass(frozen=True, slots=True)
class Idefics3Tiles:
    """Idefics3 and SmolVLM: tiles of the enlarged image and one overview, as their processor does.

    The long edge always becomes `longest_edge`, so that a smaller image costs no less; its aspect
    decides. Each tile has a mark before it and one for its place, each row of tiles ends in a line
    break, and the overview stands between marks.
    """

    longest_edge: int = 2048
    tile: int = 512
    per_tile: int = 64

    def tokens(self, width: int, height: int) -> int:
        """Return the tokens of an image."""
        rows, columns = self._grid(width, height)
        return rows * (columns * (self.per_tile + 2) + 1) + self.per_tile + 3

    def _grid(self, width: int, height: int) -> tuple[int, int]:
        """Rows and columns of tiles; none of both where the overview is all."""
        long = self.longest_edge
        if width >= height:
            short = math.floor(long / (width / height))
        else:
            short = math.floor(long * (width / height))
        short += short % 2
        n_long, n_short = math.ceil(long / self.tile), math.ceil(max(short, 1) / self.tile)
        if n_long == n_short == 1:
            return 0, 0
        return (n_short, n_long) if width >= height else (n_long, n_short)


@dataclass(frozen=True, slots=True)
class GeminiTiles:
    """Gemini API, "Image understanding", token calculation of Gemini 2: tiles of a fixed price.

    The side of a tile follows the short side of the image; a small image is one tile.
    """

    per_tile: int = 258
    small_edge: int = 384
    min_tile: int = 256
    max_tile: int = 768

    def tokens(self, width: int, height: int) -> int:
        """Return the tokens of an image."""
        if max(width, height) <= self.small_edge:
            return self.per_tile
        side = math.floor(min(width, height) / 1.5)
        side = min(max(side, self.min_tile), self.max_tile)
        return self.per_tile * _cells(width, height, side)


def _cells(width: int, height: int, side: int) -> int:
    """Squares of this side that cover an area."""
    return math.ceil(width / side) * math.ceil(height / side)
