"""Questions as encoders see them, remembered: people and evaluations ask the same again."""

import threading
from collections import OrderedDict

from index.encoders.base import ModelPin
from index.manifest import EncoderOf, IndexManifest
from index.records import Question

SIZE = 1024


class QuestionCache:
    """Encodes questions; the ones asked last are kept.

    Args:
        encoder_of: opens the encoder of an index.
        size: how many are kept.
    """

    def __init__(self, encoder_of: EncoderOf, *, size: int = SIZE) -> None:
        self._encoder_of = encoder_of
        self._size = size
        self._kept: OrderedDict[tuple[ModelPin, str, str], Question] = OrderedDict()
        self._lock = threading.Lock()

    def encode(self, manifest: IndexManifest, text: str) -> Question:
        """Return a question as the encoder of an index sees it."""
        encoder = self._encoder_of(manifest)
        key = (encoder.pin, encoder.rows, text)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        question = encoder.encode_question(text)
        with self._lock:
            self._kept[key] = question
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return question
