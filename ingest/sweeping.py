"""Takes away what killed processes left: bytes that nothing ever referred to, temporary files."""

import logging
import time
from datetime import UTC, datetime, timedelta

from index.blobs.base import Blobs
from index.catalog.garbage import Garbage
from index.errors import Unavailable
from ingest.ahead import chunked

logger = logging.getLogger(__name__)

OLD = timedelta(days=1)  # no upload and no job is as long at one file
EVERY_S = 3600.0
BLOBS_AT_ONCE = 500


class Sweeper:
    """Removes blobs that nothing refers to and temporary files that nobody writes any more.

    Args:
        blobs: where they lie.
        garbage: tells which are referred to.
    """

    def __init__(self, blobs: Blobs, garbage: Garbage) -> None:
        self._blobs = blobs
        self._garbage = garbage
        self._due = time.monotonic() + EVERY_S

    def sweep(self, older_than: timedelta = OLD) -> int:
        """Remove what was stored before then and belongs to nobody; returns how many blobs.

        With no time at all, an upload whose bytes are kept but not accepted yet is refused and to
        be sent again.

        Raises:
            BlobStoreUnavailable: the blobs cannot be listed or removed.
            BackupRunning: a backup may still need them.
        """
        before, n_removed = datetime.now(UTC) - older_than, 0
        for some in chunked(self._blobs.listed(), BLOBS_AT_ONCE):
            old = [blob.sha256 for blob in some if blob.stored_at <= before]
            n_removed += self._garbage.drop_unheld(old, self._blobs.delete)
        for path in self._blobs.left_behind(datetime.now(UTC) - max(older_than, OLD)):
            path.unlink(missing_ok=True)  # another process sweeps, too
        return n_removed

    def sweep_now_and_then(self) -> None:
        """Sweep when an hour has passed; what does not answer is left for the next one."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + EVERY_S
        try:
            n_removed = self.sweep()
        except Unavailable as error:
            logger.warning("what nobody refers to is left for later", extra={"code": error.code})
        else:
            if n_removed:
                logger.info("bytes that nobody refers to are removed", extra={"blobs": n_removed})
