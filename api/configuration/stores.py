"""Where everything is kept."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field


class StoreSettings(BaseModel):
    """Where everything is kept."""

    data: Path = Field(Path("pagesight-data"), description="folder of everything that is kept")
    database_url: str | None = Field(
        None, description="PostgreSQL to use instead of the embedded one"
    )
    database_silence_s: float = Field(
        30, gt=0, description="a PostgreSQL that owes an answer for so long counts as away"
    )
    vectors: str = Field(
        "edge",
        pattern=r"^(edge|(qdrants?|https?)://[^/\s]+/?)$",
        description="`edge` (embedded), or a Qdrant server or cluster: `qdrant://host:6334`, where "
        "it listens for gRPC (`qdrants` with TLS), or its REST address `http://host:6333`, for "
        "gRPC on the port behind it",
    )
    vectors_key: str | None = Field(None, description="API key of the Qdrant server")
    qdrant_shards: int | None = Field(
        None,
        ge=1,
        description="parts of a new collection on a Qdrant cluster; one a node when unset",
    )
    qdrant_replicas: int | None = Field(
        None, ge=1, description="copies of each part, on different nodes; one when unset"
    )
    qdrant_write_consistency: int | None = Field(
        None,
        ge=1,
        description="copies that must have a write before it counts; one when unset",
    )
    qdrant_timeout_s: int = Field(30, ge=1, description="time for one request to a Qdrant server")
    quantization: Literal["none", "scalar"] = Field(
        "none",
        description="of the rows of new collections on a Qdrant server: `scalar` keeps them in its "
        "memory as int8 too, and scores again with those on disk",
    )
    blobs: str = Field(
        "local",
        pattern=r"^(local|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/\w[\w.-]*)*/?)$",
        description="where originals and page images are kept: `local`, in the data folder, or "
        "`s3://bucket/prefix`",
    )
    s3_endpoint: str | None = Field(
        None,
        pattern="^https?://",
        description="address of the S3 server, Amazon's of the region when unset; only one that "
        "begins with `http://` is spoken to without TLS",
    )
    s3_key_id: str = Field("", description="access key there; the machine's role when unset")
    s3_secret: str = Field("", description="its secret")
    s3_region: str = Field("us-east-1", description="its region")
    s3_timeout_s: float = Field(
        60, gt=0, description="time for one request to it with up to 8 MiB of a file"
    )
    min_free_bytes: int = Field(
        256 * 2**20, ge=0, description="disk that stays free; below it new work is refused"
    )
