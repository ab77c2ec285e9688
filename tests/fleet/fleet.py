"""Two servers and three workers over one database, one bucket and one vector store."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from api.roles import Role
from index.blobs.s3 import Bucket
from index.catalog.accounts import DEFAULT_TENANT, SCOPES, KeyLimits, NewKey
from index.catalog.database import Database
from index.catalog.keys import Keys
from tests.fleet.processes import Member, Server
from tests.qdrant_stand_in.running import StandIn

N_SERVERS = 2
ROLES: tuple[Role, ...] = ("all", "render", "encode")


class Fleet:
    """What runs, and what more of it needs to run.

    Args:
        folder: of everybody's data.
        variables: that all processes share.
        vectors: the vector store.
        key: an operator's.

    Attributes:
        servers: those that run from the start.
    """

    def __init__(
        self, folder: Path, variables: dict[str, str], *, vectors: StandIn, key: str
    ) -> None:
        self._folder = folder
        self._variables = variables
        self.key = key
        self._members: list[Member] = []
        self.vectors = vectors
        self.servers = [self.server(f"server-{n}") for n in range(N_SERVERS)]
        for n, role in enumerate(ROLES):
            self.worker(f"worker-{n}", "--role", role).start()
        for server in self.servers:
            server.start()
        for server in self.servers:
            server.wait_until_ready()

    def server(self, name: str, **variables: str) -> Server:
        """One more server, not started."""
        folder = self._folder / name
        made = Server(folder, {**self._variables, **variables}, key=self.key)
        self._members.append(made)
        return made

    def worker(self, name: str, *args: str, **variables: str) -> Member:
        """One more worker, not started."""
        made = Member(self._folder / name, ["worker", *args], {**self._variables, **variables})
        self._members.append(made)
        return made

    def close(self) -> None:
        """End everything."""
        for member in self._members:
            member.close()


@contextmanager
def running_fleet(folder: Path, database: Database, bucket: Bucket) -> Iterator[Fleet]:
    """Start a fleet, wait until its servers are ready, and end it."""
    variables = {
        "PAGESIGHT_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        "PAGESIGHT_BLOBS": bucket.url,
        "PAGESIGHT_S3_ENDPOINT": str(bucket.endpoint),
        "PAGESIGHT_S3_KEY_ID": bucket.key_id,
        "PAGESIGHT_S3_SECRET": bucket.secret,
    }
    with ExitStack() as opened:
        vectors = StandIn(folder / "qdrant")
        vectors.start()
        opened.callback(vectors.kill)
        variables["PAGESIGHT_VECTORS"] = vectors.url
        key = _operators_key(database)
        fleet = Fleet(folder, variables, vectors=vectors, key=key)
        yield opened.enter_context(closing(fleet))


def _operators_key(database: Database) -> str:
    wanted = NewKey("operator", DEFAULT_TENANT, SCOPES, KeyLimits(), None)
    return Keys(database.engine).issue(wanted)[1]
