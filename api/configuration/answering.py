"""Which model writes answers, and what it may cost."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator
from pydantic_settings import NoDecode

from answer.budget.known_models import image_family
from api.configuration.reading import fits_header, is_address, understood
from api.prices import Price


class AnswerSettings(BaseModel):
    """Which model writes answers, and what it may cost."""

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

    _model_addresses = field_validator("vlm_url", "vlm_small_url")(is_address)
    _model_keys = field_validator("vlm_key", "vlm_small_key")(fits_header)

    @field_validator("vlm_image_tokens")
    @classmethod
    def _names_a_family(cls, value: str) -> str:
        return understood(value, lambda: image_family(value, model=""))

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
        return understood(value, lambda: [*map(Price.parse, value.values())])
