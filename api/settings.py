"""Everything that may be configured, from `PAGESIGHT_*` variables; the only reader of them."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, HttpUrl, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from answer.budget.known_models import image_family
from api.prices import Price
from index.errors import InvalidRequest
from ingest.fetching.hosts import HostRule

Scorer = Literal["auto", "native", "numpy", "cuda", "qdrant"]
HTTP_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)
IN_PROCESS = "transformers"  # instead of an endpoint
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Settings(BaseSettings):
    """The service's settings; every one has a default that works on a bare machine."""

    model_config = SettingsConfigDict(
        env_prefix="PAGESIGHT_", env_ignore_empty=True, extra="ignore", populate_by_name=True
    )

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
    quantization: Literal["none", "scalar"] = Field(
        "none",
        description="of the rows of new collections on a Qdrant server: `scalar` keeps them in its "
        "memory as int8 too, and scores again with those on disk",
    )
    scorer: Scorer = Field(
        "auto",
        description="what scores rows: `native` (the C kernel), `numpy`, `cuda`, or `qdrant` (the "
        "vector store, for more pages than a machine holds; collections are built for it); `auto` "
        "is the fastest of the first three",
    )
    gpu_bytes: int | None = Field(
        None,
        gt=0,
        description="memory of the GPU for rows when it scores; four fifths of what is free at the "
        "start when unset, and what does not fit stays in the host's memory",
    )
    vectors_key: str | None = Field(None, description="API key of the Qdrant server")
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
    min_free_bytes: int = Field(
        256 * 2**20, ge=0, description="disk that stays free; below it new work is refused"
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
    ocr_workers: int = Field(
        default_factory=lambda: os.cpu_count() or 1, gt=0, description="pages read by OCR at once"
    )
    encoder_threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1,
        gt=0,
        description="threads that share a batch of pages in the encoder that ships; as many "
        "questions are encoded at once, each on one thread",
    )
    search_threads: int = Field(
        default_factory=lambda: os.cpu_count() or 1, gt=0, description="threads of one search"
    )
    refined_pages: int = Field(
        512,
        ge=1,
        description="pages that a search scores by all their rows, at least; a tenth of a larger "
        "collection. The other pages are scored by pooled rows",
    )
    recall_check: float = Field(
        0.0,
        ge=0,
        le=1,
        description="share of the searches that are done again exhaustively, to tell in `/readyz` "
        "how much the fast way finds of what scoring every page finds",
    )
    vlm_url: str | None = Field(
        None,
        description="OpenAI-compatible endpoint that writes answers, or `transformers`: the model "
        "runs in this process",
    )
    vlm_model: str = Field(
        "",
        description="its model name; in this process a folder with an image-text model, or the "
        "hub's `name@commit`",
    )
    vlm_device: str = Field(
        "auto",
        pattern=r"^(auto|cpu|cuda(:\d+)?)$",
        description="where a model in this process runs: `cpu`, `cuda`, `cuda:1`; `auto` is CUDA "
        "where there is a GPU",
    )
    vlm_key: str = Field("", description="its key")
    vlm_small_model: str = Field(
        "",
        description="cheaper model that is asked first; the other one then answers what this one "
        "refuses, or says without a quote that is found",
    )
    vlm_small_url: str | None = Field(None, description="its endpoint, when it is another one")
    vlm_small_key: str = Field("", description="its key there")
    vlm_timeout_s: float = Field(
        120, gt=0, description="time for one answer, all calls and waits together"
    )
    vlm_connect_s: float = Field(5, gt=0, description="time to reach the endpoint")
    vlm_silence_s: float = Field(
        60, gt=0, description="longest wait for the first or the next bytes of a reply"
    )
    vlm_retries: int = Field(
        2, ge=0, description="tries after the first, while no byte of a reply has come"
    )
    vlm_evidence: Literal["both", "image", "words"] = Field(
        "both", description="what it is given of a page: its image, its words, or both"
    )
    vlm_max_input_tokens: int = Field(
        8000,
        ge=1000,
        description="tokens that it may be sent for one answer: instructions, pages, question, and "
        "all of it again where its reply must be mended; pages are scaled down, cut out, sent as "
        "words or left out until they fit, and no repair is asked for above it",
    )
    vlm_image_tokens: str = Field(
        "auto",
        description="how it counts images: `auto`, by its name, or a family, changed parameters "
        "behind a colon: `openai-tiles`, `openai-patches:multiplier=1.62`, `anthropic`, "
        "`anthropic-high`, `qwen2-vl:max_pixels=1003520`, `qwen3-vl`, `smolvlm`, `idefics3`, "
        "`gemini`, `fixed:each=256`",
    )
    vlm_prices: Annotated[dict[str, str], NoDecode] = Field(
        {},
        description="what a million tokens of a model cost, read and written, in any currency: "
        "`gpt-5-mini=0.25/2,gpt-5=1.25/10`; a model that is not named costs nothing",
    )
    key: str = Field(
        "", description="key that the command line sends to a server that is running (`--url`)"
    )
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

    @field_validator("vlm_image_tokens")
    @classmethod
    def _names_a_family(cls, value: str) -> str:
        try:
            image_family(value, model="")
        except InvalidRequest as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("vlm_prices", mode="before")
    @classmethod
    def _is_table_of_prices(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.rpartition("=") for pair in value.split(",") if pair.strip()]
        return {model.strip(): price.strip() for model, _, price in pairs}

    @field_validator("vlm_prices")
    @classmethod
    def _are_prices(cls, value: dict[str, str]) -> dict[str, str]:
        try:
            for price in value.values():
                Price.parse(price)
        except InvalidRequest as error:
            raise ValueError(str(error)) from error
        return value

    @field_validator("fetch_hosts")
    @classmethod
    def _names_hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        try:
            for host in hosts:
                HostRule.parse(host)
        except InvalidRequest as error:
            raise ValueError(str(error)) from error
        return hosts

    @field_validator("fetch_hosts", "language", "renderer", "hosts", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("vlm_url", "vlm_small_url", "otlp_url")
    @classmethod
    def _is_address(cls, url: str | None) -> str | None:
        if url is not None and url != IN_PROCESS:
            HTTP_URL.validate_python(url)
        return url

    @field_validator("vlm_key", "vlm_small_key", "key")
    @classmethod
    def _fits_header(cls, key: str) -> str:
        if not (key.isascii() and key.isprintable()):
            raise ValueError("a key is printable ASCII")
        return key
