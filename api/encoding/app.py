"""The application of the encoder service."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import problems
from api.door.turn_taking import follow
from api.door.watch import RequestWatch
from api.encoding.routes import EncoderRoutes
from api.telemetry.telemetry import Telemetry

MAX_BYTES = 64 << 20  # of a request


def create_encoder_app(routes: EncoderRoutes, telemetry: Telemetry) -> Starlette:
    """Return the application that answers so."""
    app = Starlette(
        routes=routes.routes(),
        middleware=[
            Middleware(RequestWatch, telemetry=telemetry, ending=lambda: routes.is_ending),
            Middleware(problems.DeclaredSize, max_bytes=MAX_BYTES),
            Middleware(RequestBodyLimitMiddleware, max_body_size=MAX_BYTES),
        ],
    )
    problems.install(app)
    follow(telemetry.metrics, "page", routes.pages.line)
    follow(telemetry.metrics, "question", routes.questions.line)
    return app
