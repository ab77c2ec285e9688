"""`python -m tests.qdrant_stand_in FOLDER PORT [VERSION]`: answer on loopback until stopped."""

import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from threading import Event

import grpc
from qdrant_client.grpc.collections_service_pb2_grpc import add_CollectionsServicer_to_server
from qdrant_client.grpc.points_service_pb2_grpc import add_PointsServicer_to_server
from qdrant_client.grpc.qdrant_pb2_grpc import add_QdrantServicer_to_server

from tests.qdrant_stand_in.services import Collections, Health, Points
from tests.qdrant_stand_in.shards import Shards

OPTIONS = [
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    ("grpc.so_reuseport", 0),
]


def main(folder: Path, port: int, spoken: str) -> None:
    """Serve a folder of collections, as a server of version `spoken`."""
    shards = Shards(folder)
    server = grpc.server(ThreadPoolExecutor(max_workers=16), options=OPTIONS)
    add_PointsServicer_to_server(Points(shards), server)  # type: ignore[no-untyped-call]
    add_CollectionsServicer_to_server(Collections(shards), server)  # type: ignore[no-untyped-call]
    add_QdrantServicer_to_server(Health(spoken), server)  # type: ignore[no-untyped-call]
    server.add_insecure_port(f"127.0.0.1:{port}")
    ended = Event()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: ended.set())
    server.start()
    ended.wait()
    server.stop(grace=5).wait()
    shards.close()


if __name__ == "__main__":
    given = dict(enumerate(sys.argv))
    main(Path(given[1]), int(given[2]), given.get(3) or version("qdrant-client"))
