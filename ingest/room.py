"""Whether the disk has room for something new, with a margin between stopping and going on.

Without the margin work would begin and stop with every page that is deleted.
"""

from index.blobs.base import Blobs
from index.errors import StorageFull

MARGIN_BYTES = 64 * 2**20


class Room:
    """The room on the disk, as one process sees it.

    Args:
        blobs: lie on the disk.
        min_free_bytes: what stays free of it.
        margin_bytes: what has to be free above that before work goes on.
    """

    def __init__(
        self, blobs: Blobs, min_free_bytes: int, *, margin_bytes: int = MARGIN_BYTES
    ) -> None:
        self._blobs = blobs
        self._min_free_bytes = min_free_bytes
        self._margin_bytes = margin_bytes
        self._is_full = False

    def check(self) -> None:
        """Do nothing while there is room.

        Raises:
            StorageFull: there is none, or there was none and the margin is not free yet.
        """
        margin = self._margin_bytes if self._is_full else 0
        try:
            self._blobs.check_room(self._min_free_bytes + margin)
        except StorageFull:
            self._is_full = True
            raise
        self._is_full = False
