"""The catalog's tables. Migrations create them; the rest of the package reads and writes them."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()


def _created_at() -> Column[object]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())


def _updated_at() -> Column[object]:
    return Column(
        "updated_at",
        DateTime(timezone=True),
        nullable=False,
        server_default=func.now(),
        onupdate=func.now(),
    )


def _collection(*, index: bool = True) -> Column[str]:
    owner = ForeignKey("collections.name", ondelete="CASCADE")
    return Column("collection", owner, nullable=False, index=index)


def _lease() -> list[Column[Any]]:
    return [
        Column("attempts", Integer, nullable=False, server_default="0"),  # since it last got on
        Column("fence", BigInteger, nullable=False, server_default="0"),  # starts: only the last
        Column("waits", Integer, nullable=False, server_default="0"),  # since it last got on
        Column("waits_since", DateTime(timezone=True)),
    ]


collections = Table(
    "collections",
    metadata,
    Column("name", Text, primary_key=True),
    Column("store", Text, nullable=False, unique=True),  # the vector store's name for it
    Column("n_stores", Integer, nullable=False, server_default="1"),  # ever made: names are new
    Column("manifest", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False, server_default="0"),  # of what readers may see
    Column("visibility", Text, nullable=False, server_default="private"),  # private, public
    _created_at(),
)

documents = Table(
    "documents",
    metadata,
    Column("id", Uuid, primary_key=True),
    _collection(index=False),  # the unique constraint below serves
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("n_bytes", BigInteger, nullable=False),
    Column("n_pages", Integer, nullable=False, server_default="0"),
    Column("metadata", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("error_code", Text),
    Column("error_message", Text),
    Column("live_generation", Uuid),
    _created_at(),
    _updated_at(),
    UniqueConstraint("collection", "sha256"),
)

generations = Table(
    "generations",
    metadata,
    Column("id", Uuid, primary_key=True),
    _collection(),
    Column("document", Uuid, nullable=False, index=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("n_bytes", BigInteger, nullable=False),
    Column("state", Text, nullable=False),  # building, live, dead, shelved (bytes for a retry)
    _created_at(),
)
Index("generations_dead", generations.c.id, postgresql_where=generations.c.state == "dead")

pages = Table(
    "pages",
    metadata,
    Column("generation", ForeignKey("generations.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("image_sha256", Text, index=True),
    Column("words_sha256", Text, index=True),
    Column("width_px", Integer, nullable=False, server_default="0"),
    Column("height_px", Integer, nullable=False, server_default="0"),
    Column("n_rows", Integer, nullable=False, server_default="0"),
    Column("n_words", Integer, nullable=False, server_default="0"),
    Column("n_hidden", Integer, nullable=False, server_default="0"),
    Column("n_set_aside", Integer, nullable=False, server_default="0"),
    Column("flags", ARRAY(Text), nullable=False, server_default="{}"),
    Column("word_source", Text, nullable=False, server_default="none"),
    Column("engine", Text, nullable=False, server_default=""),
    Column("error_code", Text),
    Column("error_message", Text),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    _collection(),
    Column("document", Uuid, nullable=False, index=True),
    Column("generation", Uuid, nullable=False),
    Column("state", Text, nullable=False),  # queued, running, done, failed, cancelled
    Column("stage", Text, nullable=False, server_default=""),
    Column("pages_done", Integer, nullable=False, server_default="0"),
    Column("pages_total", Integer, nullable=False, server_default="0"),
    *_lease(),
    Column("is_read", Boolean, nullable=False, server_default="false"),  # its rows are to come
    Column("error_code", Text),
    Column("error_message", Text),
    Column("tenant", Text, nullable=False, server_default="default"),  # who asked for it
    Column("key", Text, nullable=False, server_default=""),
    _created_at(),
    _updated_at(),
)
Index("jobs_open", jobs.c.created_at, postgresql_where=jobs.c.state.in_(["queued", "running"]))

rebuilds = Table(  # the index beside the one that answers: at most one a collection
    "rebuilds",
    metadata,
    Column("collection", ForeignKey("collections.name", ondelete="CASCADE"), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("store", Text, nullable=False, unique=True),
    Column("manifest", JSONB, nullable=False),
    Column("state", Text, nullable=False),  # queued, running, done, failed, ending
    Column("is_rollback", Boolean, nullable=False, server_default="false"),
    *_lease(),
    Column("error_code", Text),
    Column("error_message", Text),
    _created_at(),
    _updated_at(),
)

fillings = Table(  # how much of a generation a store got from the kept pages
    "fillings",
    metadata,
    Column("store", Text, primary_key=True),
    Column(
        "generation",
        ForeignKey("generations.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("pages_done", Integer, nullable=False, server_default="0"),
    Column("is_complete", Boolean, nullable=False, server_default="false"),
)

segments = Table(  # the rows of a generation in a store as one blob, for who scores elsewhere
    "segments",
    metadata,
    Column("store", Text, primary_key=True),
    Column(
        "generation",
        ForeignKey("generations.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("sha256", Text, nullable=False, index=True),
)

keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("secret_sha256", Text, nullable=False),
    Column("tenant", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("limits", JSONB, nullable=False),
    Column("expires_at", DateTime(timezone=True)),
    Column("revoked_at", DateTime(timezone=True)),
    _created_at(),
)

spending = Table(  # what a key, or a tenant without one, used up on a day
    "spending",
    metadata,
    Column("day", Date, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("questions", BigInteger, nullable=False, server_default="0"),
    Column("pages", BigInteger, nullable=False, server_default="0"),
    Column("estimated_tokens", BigInteger, nullable=False, server_default="0"),
    Column("input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("output_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cost", Numeric, nullable=False, server_default="0"),
)

receipts = Table(  # what was answered to requests that carry an idempotency key
    "receipts",
    metadata,
    Column("owner", Text, primary_key=True, server_default=""),  # whose key it is
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),  # of the request
    Column("status", Integer),  # null while it is being worked on
    Column("media_type", Text, nullable=False, server_default=""),
    Column("body", LargeBinary, nullable=False, server_default=""),
    Column("expires_at", DateTime(timezone=True), nullable=False, index=True),
)

questions = Table(  # golden questions; a page names a document that may be gone
    "questions",
    metadata,
    Column("collection", ForeignKey("collections.name", ondelete="CASCADE"), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),  # in order
    Column("text", Text, nullable=False),
    Column("answers", ARRAY(Text), nullable=False),
    Column("pages", JSONB, nullable=False),
    Column("tags", ARRAY(Text), nullable=False),
    _created_at(),
    _updated_at(),
)

audit = Table(  # who changed what; each line is chained to the one before
    "audit",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # from 1, without gaps
    Column("at", DateTime(timezone=True), nullable=False),
    Column("tenant", Text, nullable=False),
    Column("who", Text, nullable=False),  # id of a key, operator, local
    Column("action", Text, nullable=False),
    Column("result", Text, nullable=False),  # done, replayed, or the code of what failed
    Column("request", Text, nullable=False),
    Column("about", JSONB, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
Index("ix_audit_tenant", audit.c.tenant, audit.c.number)

remains = Table(  # what was deleted; its bytes may lie on the disk until they are erased
    "remains",
    metadata,
    Column("generation", Uuid, primary_key=True),
    Column("collection", Text, nullable=False),  # which may be gone, too
    Column("document", Uuid, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("n_points", Integer, nullable=False),
    Column("n_blobs", Integer, nullable=False),
    Column("deleted_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
