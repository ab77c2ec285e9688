"""Whom the service answers, and how much at once."""

import os
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, Field, field_validator
from pydantic_settings import NoDecode

from api.configuration.reading import fits_header, is_address, split_commas

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ServingSettings(BaseModel):
    """Whom the service answers, and how much at once."""

    host: str = Field("127.0.0.1", description="address that `serve` binds")
    port: int = Field(8080, ge=0, le=65535, description="port that `serve` binds")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="names under which others reach `serve`, without a port: `/mcp`, and all of it "
        "while there are no keys, answers only to them and to this machine's own, in `Host` and in "
        "`Origin`",
    )
    trust_network: bool = Field(
        default=False,
        description="let `serve` bind an address that others reach although no key was made: "
        "whoever reaches the port may do everything then, so publish it on loopback only",
    )
    key: str = Field(
        "", description="key that the command line sends to a server that is running (`--url`)"
    )
    at_work: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        gt=0,
        description="searches that are worked on at once, and answers without a model; up to half "
        "of the places are kept for callers that were here a moment ago and have none",
    )
    answers_at_work: int = Field(16, gt=0, description="answers of a model, and uploads, likewise")
    waiting: int = Field(
        64,
        ge=0,
        description="requests that wait for their turn, one of each caller after the other; beyond "
        "them they are refused with 503",
    )
    max_wait_s: float = Field(5, gt=0, description="longest wait for a turn; then 503")
    drain_s: float = Field(
        2,
        ge=0,
        description="how long `serve` goes on after SIGTERM while `/readyz` says that it stops",
    )
    shutdown_s: float = Field(
        150, gt=0, description="time for the requests at work to end after that; then they are cut"
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="of the log's lines; `auto` is `text` in a terminal, else `json`"
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="port of `PAGESIGHT_HOST` on which `pagesight worker` tells its metrics",
    )
    otlp_url: str | None = Field(
        None,
        validation_alias=AliasChoices("PAGESIGHT_OTLP_URL", "OTEL_EXPORTER_OTLP_ENDPOINT"),
        description="base address of the OpenTelemetry collector that gets traces over HTTP; "
        "`OTEL_EXPORTER_OTLP_ENDPOINT` is read too. None are made when unset",
    )

    _split_hosts = field_validator("hosts", mode="before")(split_commas)
    _collector_address = field_validator("otlp_url")(is_address)
    _own_key = field_validator("key")(fits_header)
