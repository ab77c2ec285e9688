"""Questions as encoders see them, remembered: people and evaluations ask the same again."""

from threading import Lock

from cachetools import LRUCache

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
        self._kept: LRUCache[tuple[ModelPin, str, str], Question] = LRUCache(size)
        self._lock = Lock()

    def encode(self, manifest: IndexManifest, text: str) -> Question:
        """Return a question as the encoder of an index sees it."""
        encoder = self._encoder_of(manifest)
        key = (encoder.pin, encoder.rows, text)
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = encoder.encode_question(text)
            with self._lock:
                self._kept[key] = kept
        return kept
