"""Whether more files can be taken in."""

from index.catalog.backlog import Backlog
from index.errors import QueueFull
from ingest.room import Room


class Capacity:
    """What can still be taken in, by the disk and by the queue.

    Args:
        room: of the disk.
        backlog: counts what waits to be indexed.
        max_queued: how much of that there may be.
    """

    def __init__(self, room: Room, backlog: Backlog, max_queued: int) -> None:
        self._room = room
        self._backlog = backlog
        self._max_queued = max_queued

    def check(self) -> None:
        """Do nothing while files can be taken in.

        Raises:
            StorageFull: the disk is below its watermark.
            QueueFull: too many files wait already.
        """
        self._room.check()
        waiting = self._backlog.count()
        if waiting >= self._max_queued:
            raise QueueFull(
                f"{waiting} documents wait to be indexed, and {self._max_queued} may; "
                "try later, or cancel some"
            )
