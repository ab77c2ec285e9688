"""Whether the encoder of new collections is open and makes rows that can be searched."""

import numpy as np

from api.schemas import Probe
from api.service import Service
from index.encoders.shelf import EncoderChoice
from index.errors import PagesightError

ASKED = "How tall is the dam?"
UNIT = 1e-3


def check_encoder(service: Service) -> Probe:
    """Have it encode a question, and look at the rows."""
    chosen = EncoderChoice(service.settings.encoder, service.settings.rows)
    try:
        encoder = service.shelf.open(*service.shelf.settle(chosen))
        rows = encoder.encode_question(ASKED).vectors
    except PagesightError as error:
        return Probe(name="encoder", ok=False, detail=str(error))
    lengths = np.linalg.norm(rows, axis=1)  # (n_rows,)
    is_sound = bool(len(rows)) and bool(np.all(np.abs(lengths - 1) < UNIT))
    told = f"{encoder.pin.name} {encoder.pin.revision}, {len(rows)} rows of {rows.shape[1]}"
    detail = told if is_sound else f"{told} that are not of unit length"
    return Probe(name="encoder", ok=is_sound, detail=detail)
