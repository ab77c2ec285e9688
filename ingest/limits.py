"""What one file may cost before it is refused or stopped."""

import math
from dataclasses import dataclass

from index.errors import PageTooLarge, TooLarge, TooManyPages

A4_AT_144_DPI = (1191, 1684)


@dataclass(frozen=True, slots=True)
class Limits:
    """The ceilings of one document; a file that reaches one costs its own job and nothing else.

    Attributes:
        max_bytes: size of the file.
        max_pages: pages of the document.
        max_edge_px: long edge of a rendered page.
        max_pixels: area of a rendered page; with the edge it makes the pixel budget.
        max_aspect: long edge over short edge of a page.
        max_source_pixels: area of an uploaded image before it is scaled down.
        page_timeout_s: waiting time for one page.
        document_timeout_s: waiting time for all pages of one reading together.
        memory_bytes: address space of the process that parses the file.
        cpu_s: processor time of one page.
    """

    max_bytes: int = 512 * 2**20
    max_pages: int = 2000
    max_edge_px: int = A4_AT_144_DPI[1]
    max_pixels: int = math.prod(A4_AT_144_DPI)
    max_aspect: float = 50.0
    max_source_pixels: int = 120_000_000
    page_timeout_s: float = 20.0
    document_timeout_s: float = 1800.0
    memory_bytes: int = 1_200_000_000
    cpu_s: int = 20

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive, got {getattr(self, name)}")

    def render_size(self, width: float, height: float) -> tuple[int, int]:
        """Pixels of a page whose sides have this ratio, scaled up or down to the pixel budget.

        Raises:
            PageTooLarge: the sides are not positive finite numbers, or too far apart.
        """
        if not (0 < width < math.inf and 0 < height < math.inf):
            raise PageTooLarge(f"a page of {width} x {height} has no area to draw")
        long_edge, short_edge = max(width, height), min(width, height)
        if long_edge / short_edge > self.max_aspect:
            raise PageTooLarge(
                f"a page of {width:g} x {height:g} is thinner than 1:{self.max_aspect:g}"
            )
        scale = min(self.max_edge_px / long_edge, math.sqrt(self.max_pixels / (width * height)))
        return max(1, round(width * scale)), max(1, round(height * scale))

    def check_bytes(self, n_bytes: int) -> None:
        """Refuse a file that is too big.

        Raises:
            TooLarge: it has more than `max_bytes`.
        """
        if n_bytes > self.max_bytes:
            raise TooLarge(f"the file has {n_bytes} bytes, the limit is {self.max_bytes}")

    def check_pages(self, n_pages: int) -> None:
        """Refuse a document that is too long.

        Raises:
            TooManyPages: it has more than `max_pages`.
        """
        if n_pages > self.max_pages:
            raise TooManyPages(f"the document has {n_pages} pages, the limit is {self.max_pages}")
