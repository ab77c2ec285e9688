"""The encoder service as a Ray Serve application: replicas on the GPUs of a cluster.

    serve run api.encoding.pool:application encoder=vidore/colqwen2.5-v0.2

Each replica answers what `pagesight encoder` answers, and gathers the pages of all requests into
batches of a bounded area. Ray's proxies spread requests; `PAGESIGHT_ENCODER_URL` names one of them.
"""

import asyncio

from ray import serve
from starlette.applications import Starlette

from api import parts
from api.encoding.batched import BatchedEncoder, encode_apart, pixels
from api.encoding.opening import encoder_app, open_encoder
from api.process import prepare_process
from api.settings import Settings
from api.telemetry.logs import configure_logs
from index.encoders.base import PageContent
from index.errors import InvalidRequest
from index.records import Rows

MOST_PIXELS = 16_000_000  # as large as one page may be: `PAGESIGHT_MAX_PIXELS`
GATHER_S = 0.01


class EncoderReplica:
    """One encoder of the pool."""

    async def __init__(self, changes: dict[str, str]) -> None:  # type: ignore[misc]  # Ray awaits it
        settings = Settings.model_validate(changes).model_copy(update={"encoder_url": None})
        configure_logs(settings.log_format)
        prepare_process(settings)
        self._settings = settings
        self._shelf = parts.shelf(settings)
        self._loop = asyncio.get_running_loop()
        self._encoder = await asyncio.to_thread(open_encoder, settings, self._shelf)

    def __serve_build_asgi_app__(self) -> Starlette:
        batched = BatchedEncoder(self._encoder, self._gather, self._loop)
        return encoder_app(batched, self._settings)[0]

    @serve.batch(  # type: ignore[untyped-decorator]  # Ray is not there where types are checked
        max_batch_size=MOST_PIXELS, batch_wait_timeout_s=GATHER_S, batch_size_fn=pixels
    )
    async def _gather(self, pages: list[PageContent]) -> list[Rows | Exception]:
        return await asyncio.to_thread(encode_apart, self._encoder, pages)


POOL = serve.deployment(serve.ingress()(EncoderReplica))


def application(args: dict[str, str]) -> serve.Application:
    """Return the application; `encoder`, `rows` and other settings by name are taken from `args`.

    Raises:
        InvalidRequest: there is no such setting.
    """
    unknown = sorted(set(args) - set(Settings.model_fields))
    if unknown:
        raise InvalidRequest(f"no settings {', '.join(unknown)}; see docs/configuration.md")
    return POOL.bind(args)
