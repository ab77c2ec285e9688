"""The encoder that the settings name, opened and ready to be served."""

from starlette.applications import Starlette

from api import parts
from api.encoding.app import create_encoder_app
from api.encoding.routes import PROBE, EncoderRoutes
from api.settings import Settings
from index.encoders.base import Encoder
from index.encoders.shelf import EncoderChoice, EncoderShelf


def open_encoder(settings: Settings, shelf: EncoderShelf) -> Encoder:
    """Open the encoder, and ask it once: the one that ships loads its weights then.

    Raises:
        InvalidRequest: no such encoder, or it has no such rows.
        ModelRejected: its files or its rows are not what they must be.
    """
    opened = shelf.open(*shelf.settle(EncoderChoice(settings.encoder, settings.rows)))
    opened.encode_question(PROBE)
    return opened


def encoder_app(encoder: Encoder, settings: Settings) -> tuple[Starlette, EncoderRoutes]:
    """Return the application that serves an encoder, and its routes."""
    telemetry = parts.telemetry(settings)
    routes = EncoderRoutes(
        encoder, telemetry.metrics, key=settings.encoder_key, n_waiting=settings.waiting
    )
    return create_encoder_app(routes, telemetry), routes
