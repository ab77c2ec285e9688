"""How documents are read and encoded."""

import os
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator
from pydantic_settings import NoDecode

from api.configuration.reading import split_commas, understood
from ingest.fetching.hosts import HostRule


class IndexingSettings(BaseModel):
    """How documents are read and encoded."""

    language: Annotated[tuple[str, ...], NoDecode] = Field(
        ("en",),
        min_length=1,
        description="ISO codes for new collections, the first one leads: `en` or `de,en`",
    )
    encoder: str = Field(
        "all-MiniLM-L6-v2",
        description="encoder of new collections: the one that ships, a model of "
        "`pagesight models list`, or a folder with a checkpoint",
    )
    encoder_url: str | None = Field(
        None,
        description="what runs encoders elsewhere: a vLLM server, and this machine then needs the "
        "files of their processor and no weights; or `pagesight encoder` as "
        "`pagesight+http://host:port`, several joined by commas, and it needs nothing of them",
    )
    encoder_key: str = Field("", description="its key; `pagesight encoder` asks for it")
    encoder_threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        gt=0,
        description="threads that share a batch of pages in the encoder that ships; as many "
        "questions are encoded at once, each on one thread",
    )
    rows: Literal["patch", "text", "fused"] | None = Field(
        None, description="rows of new collections; the best that the encoder has when unset"
    )
    hub: bool = Field(
        default=False, description="models may be fetched from the hub; else only its cache is read"
    )
    renderer: Annotated[tuple[Literal["pdfium", "poppler"], ...], NoDecode] = Field(
        ("pdfium", "poppler"),
        min_length=1,
        description="PDF engines in the order in which they are tried",
    )
    word_source: Literal["auto", "text_layer", "ocr"] = Field(
        "auto",
        description="where words come from: `auto` takes the text layer where the pixels confirm "
        "it and OCR for the rest; the others take one of the two alone",
    )
    ocr_workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, gt=0, description="pages read by OCR at once"
    )
    injection: Literal["allow", "flag", "quarantine"] = Field(
        "flag",
        description="what is done about text on pages that addresses a model, when they are read: "
        "`allow` looks for none; `flag` tells with each hit and never quotes it as evidence; "
        "`quarantine` leaves the lines out of what is indexed and shown to a model as well",
    )
    max_pixels: int = Field(
        1191 * 1684, ge=100_000, le=16_000_000, description="area of a rendered page"
    )
    max_bytes: int = Field(512 * 2**20, gt=0, description="size of an uploaded file")
    max_pages: int = Field(2000, gt=0, description="pages of a document")
    sandbox: Literal["auto", "require", "off"] = Field(
        "auto",
        description="around the process that parses a file: `require` refuses to start where "
        "bubblewrap does not work, `auto` then reads files with limits alone, `off` always does",
    )
    page_timeout_s: float = Field(20, gt=0, description="time to draw one page")
    memory_bytes: int = Field(
        1_200_000_000, gt=0, description="address space of the process that parses a file"
    )
    max_queued: int = Field(
        10_000, gt=0, description="documents that wait to be indexed; further ones are refused"
    )
    fetch_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="hosts from which documents may be fetched by their https URL: `example.org`, "
        "`example.org:8443`, `*.example.org` for all below it; nothing is fetched when unset",
    )
    fetch_timeout_s: float = Field(60, gt=0, description="time to fetch one document")

    _lists = field_validator("fetch_hosts", "language", "renderer", mode="before")(split_commas)

    @field_validator("fetch_hosts")
    @classmethod
    def _names_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        return understood(hosts, lambda: [*map(HostRule.parse, hosts)])
