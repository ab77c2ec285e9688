"""Whether the encoder of new collections is open and answers with rows."""

from api.schemas import Probe
from api.service import Service
from index.encoders.shelf import EncoderChoice
from index.errors import PagesightError

ASKED = "How tall is the dam?"


def check_encoder(service: Service) -> Probe:
    """Have it encode a question, and look at the rows."""
    chosen = EncoderChoice(service.settings.encoder, service.settings.rows)
    try:
        encoder = service.shelf.open(*service.shelf.settle(chosen))
        rows = encoder.encode_question(ASKED).vectors
    except PagesightError as error:
        return Probe(name="encoder", ok=False, detail=str(error))
    is_sound = len(rows) > 0 and rows.shape[1] == encoder.pin.dim
    detail = f"{encoder.pin.name} {encoder.pin.revision}, {len(rows)} rows of {rows.shape[1]}"
    return Probe(name="encoder", ok=is_sound, detail=detail)
