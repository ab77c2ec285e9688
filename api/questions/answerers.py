"""What writes answers, as the settings say: one model, two, or none."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Protocol

from answer.answers import Answer, EvidencePage, Token
from answer.budget.cap import InputCap
from answer.budget.known_models import image_family
from answer.extractive import ExtractiveAnswerer
from answer.model.base import ChatModel
from answer.model.breaker import CircuitBreaker
from answer.model.calls import UNWATCHED
from answer.model.endpoint import CallLimits, ChatEndpoint
from answer.model.local import LocalModel
from answer.recital import Recital
from answer.stop import Stop
from answer.tiers import TieredClient
from answer.vlm import VlmClient
from api.configuration.reading import IN_PROCESS
from api.settings import Settings
from api.telemetry.telemetry import Telemetry


class Answerer(Protocol):
    """Writes an answer from pages: extractive, or one or two vision-language models."""

    @property
    def model(self) -> str:
        """Its name in answers."""

    def stream(
        self, question: str, pages: Sequence[EvidencePage], stop: Stop | None = None
    ) -> Iterator[Token | Answer]:
        """Yield the answer's sentences as they come, and the whole answer last."""

    def close(self) -> None:
        """Let go of connections."""


class ModelAnswerer(Answerer, Protocol):
    """One or two vision-language models."""

    @property
    def large(self) -> VlmClient:
        """The one with the last word."""

    def warm(self) -> None:
        """Begin in the background what the first answer would wait for."""


def answerer(settings: Settings, told: Telemetry | None = None) -> ModelAnswerer | None:
    """Return what asks the models that the settings name, or None when they name none."""
    large = model(settings, told)
    if large is None or not settings.vlm_small_model:
        return large
    url = settings.vlm_small_url or settings.vlm_url or ""
    key = settings.vlm_small_key if settings.vlm_small_url else settings.vlm_key
    endpoint = (url, settings.vlm_small_model, key)
    return TieredClient(_client(settings, endpoint, told), large)


def model(settings: Settings, told: Telemetry | None = None) -> VlmClient | None:
    """Return the vision-language model that the settings name, or None when they name none."""
    if settings.vlm_url is None:
        return None
    endpoint = (settings.vlm_url, settings.vlm_model, settings.vlm_key)
    return _client(settings, endpoint, told)


@cache
def quoter(language: str) -> Answerer:
    """Return what answers without a model."""
    return Recital(ExtractiveAnswerer(language=language))


def _client(settings: Settings, named: tuple[str, str, str], told: Telemetry | None) -> VlmClient:
    images = image_family(settings.vlm_image_tokens, named[1])
    return VlmClient(
        _chat(settings, named, told),
        settings.vlm_timeout_s,
        evidence=settings.vlm_evidence,
        cap=InputCap(settings.vlm_max_input_tokens, images),
    )


def _chat(settings: Settings, named: tuple[str, str, str], told: Telemetry | None) -> ChatModel:
    url, model, _ = named
    if url == IN_PROCESS:
        device = None if settings.vlm_device == "auto" else settings.vlm_device
        return LocalModel.named(model, device=device, allow_network=settings.hub)
    limits = CallLimits(settings.vlm_connect_s, settings.vlm_silence_s, settings.vlm_retries)
    breaker = CircuitBreaker()
    if told is not None:
        told.follow_circuit(model, breaker)
    return ChatEndpoint(*named, limits=limits, breaker=breaker, calls=told or UNWATCHED)
