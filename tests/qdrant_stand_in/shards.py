"""A folder of Qdrant Edge shards, one a collection, each beside the request that made it."""

import shutil
import threading
from pathlib import Path

import qdrant_edge as edge
from qdrant_client import grpc

from tests.qdrant_stand_in.edge_requests import edge_config

REQUEST = "made_by"


class CollectionMissing(Exception):
    """There is no collection of that name."""


class CollectionExists(Exception):
    """There is one already."""


class Shards:
    """The collections of a stand-in; what was acknowledged is there after a kill.

    Args:
        folder: holds one folder a collection.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, edge.EdgeShard] = {}
        self._lock = threading.RLock()

    def names(self) -> list[str]:
        """List the collections."""
        return sorted(path.parent.name for path in self._folder.glob(f"*/{REQUEST}"))

    def create(self, request: grpc.CreateCollection) -> None:
        """Make a collection; it exists from the moment that its request lies in its folder."""
        name = request.collection_name
        with self._lock:
            if name in self.names():
                raise CollectionExists(f"Wrong input: Collection `{name}` already exists!")
            shutil.rmtree(self._folder / name, ignore_errors=True)
            shard = edge.EdgeShard.create(str(self._folder / name / "shard"), edge_config(request))
            shard.flush()
            self._open[name] = shard
            half = self._folder / name / f"{REQUEST}.new"
            half.write_bytes(request.SerializeToString())
            half.rename(half.with_name(REQUEST))

    def made_by(self, name: str) -> grpc.CreateCollection:
        """Return the request that made a collection."""
        if name not in self.names():
            raise CollectionMissing(f"Not found: Collection `{name}` doesn't exist!")
        request = grpc.CreateCollection()
        request.ParseFromString((self._folder / name / REQUEST).read_bytes())
        return request

    def drop(self, name: str) -> bool:
        """Remove a collection; say whether there was one."""
        with self._lock:
            existed = name in self.names()
            shard = self._open.pop(name, None)
            if shard is not None:
                shard.close()
            (self._folder / name / REQUEST).unlink(missing_ok=True)
            shutil.rmtree(self._folder / name, ignore_errors=True)
        return existed

    def shard(self, name: str) -> edge.EdgeShard:
        """Return a collection's shard."""
        with self._lock:
            if name not in self._open:
                self.made_by(name)
                self._open[name] = edge.EdgeShard.load(str(self._folder / name / "shard"))
            return self._open[name]

    def close(self) -> None:
        """Let go of every shard."""
        with self._lock:
            while self._open:
                self._open.popitem()[1].close()
