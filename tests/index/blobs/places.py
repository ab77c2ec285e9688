"""Both places for blobs, with eyes on what really lies there."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.store import LocalStore, S3Store

from index.blobs.base import Blobs
from index.blobs.local import LocalBlobs
from index.blobs.s3 import Bucket, S3Blobs


@dataclass
class Place:
    """Blobs and the store beneath them, which knows nothing of hashes."""

    blobs: Blobs
    store: LocalStore | S3Store
    left: Path  # local folder in which nothing may stay behind

    def keys(self) -> list[str]:
        """What lies there, and what was left behind on the way."""
        kept = [meta["path"] for part in obstore.list(self.store) for meta in part]
        return kept + [path.name for path in self.left.iterdir()]

    def damage(self, sha256: str) -> None:
        """Change the bytes of a blob behind its back."""
        obstore.put(self.store, f"{sha256[:2]}/{sha256}", b"other")


def local_place(folder: Path) -> Place:
    blobs = LocalBlobs(folder / "blobs")
    return Place(blobs, LocalStore(folder / "blobs"), folder / "blobs" / "incoming")


def s3_place(bucket: Bucket, folder: Path) -> Place:
    url = urlsplit(bucket.url)
    store = S3Store(
        url.netloc,
        prefix=url.path.strip("/"),
        config={
            "endpoint": str(bucket.endpoint),
            "access_key_id": bucket.key_id,
            "secret_access_key": bucket.secret,
            "region": bucket.region,
        },
        client_options={"allow_http": True},
    )
    return Place(S3Blobs(bucket, folder / "spool"), store, folder / "spool")
