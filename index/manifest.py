"""What an index was built with: stored with its collection, compared at every open."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from index.encoders.base import Encoder, ModelPin
from index.errors import ManifestMismatch, PooledRowsMissing
from index.records import RowChoice

FORMAT = 1


@dataclass(frozen=True, slots=True)
class IndexManifest:
    """Everything that decides the rows and terms of a collection; two that differ never mix.

    Attributes:
        format: version of the stored layout.
        encoder: name of the row encoder.
        encoder_revision: its upstream revision or package version.
        encoder_sha256: sha256 of each of its deciding files, as `(file, digest)`.
        rows: what rows a page has: `patch`, `text` or `fused`.
        dim: length of a row.
        dtype: how rows are stored.
        tokens: how text becomes terms, as the lexical encoder names itself.
        language: ISO codes of the documents, the first one leads; decides OCR and stemming.
        renderer: engine and version that draws pages.
        ocr: engine and version that reads pixels.
        max_pixels: pixel budget of a rendered page.
        words: the encoder that reads every page's words a second time, if any.
        pooled: whether pages have pooled rows, without which the vector store cannot score them.
    """

    encoder: str
    encoder_revision: str
    encoder_sha256: tuple[tuple[str, str], ...]
    rows: RowChoice
    dim: int
    tokens: str
    language: tuple[str, ...]
    renderer: str
    ocr: str
    max_pixels: int
    dtype: str = "float16"
    format: int = FORMAT
    words: ModelPin | None = None
    pooled: bool = False

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Read what `to_json` wrote.

        Raises:
            ManifestMismatch: the stored manifest has other fields than this version knows.
        """
        try:
            return cls(
                **{
                    **stored,
                    "encoder_sha256": tuple((n, d) for n, d in stored["encoder_sha256"]),
                    "language": tuple(stored["language"]),
                    "words": _as_pin(stored.get("words")),
                }
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ManifestMismatch(
                f"the stored manifest does not fit this version of Pagesight ({error}); "
                "index the documents again into a new collection"
            ) from error

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the catalog."""
        return asdict(self)

    @property
    def pin(self) -> ModelPin:
        """The model that its rows are from."""
        return ModelPin(self.encoder, self.encoder_revision, self.encoder_sha256, self.dim)

    def of_words(self) -> "IndexManifest | None":
        """Return the manifest of the second rows, None where pages have no such rows."""
        if self.words is None:
            return None
        return replace(self, **encoder_fields(self.words), rows="text", words=None)

    def check_against(self, stored: "IndexManifest", *, collection: str) -> None:
        """Refuse to use an index that something else built.

        Renderer, OCR and pixel budget decide what was read, not how questions are matched, so
        they may differ between building and asking. Pooled rows that are not asked for do no harm.

        Raises:
            ManifestMismatch: names each field that differs, with both values.
            PooledRowsMissing: the vector store is to score an index without them.
        """
        wanted, found = self.to_json(), stored.to_json()
        read_only = {"renderer", "ocr", "max_pixels", "pooled"}
        differing = [n for n in wanted if n not in read_only and wanted[n] != found[n]]
        if differing:
            told = "; ".join(f"{n}: index {found[n]!r}, here {wanted[n]!r}" for n in differing)
            raise ManifestMismatch(
                f"collection {collection!r} was built with something else ({told}); "
                "use the same models and settings, or index again into a new collection"
            )
        if self.pooled and not stored.pooled:
            raise PooledRowsMissing(
                f"collection {collection!r} was built without pooled rows, so Qdrant cannot score "
                f"it; run `pagesight reindex --collection {collection}`, or set "
                "PAGESIGHT_SCORER to auto"
            )


EncoderOf = Callable[[IndexManifest], Encoder]  # opens what a collection was built with


def encoder_fields(pin: ModelPin) -> dict[str, Any]:
    """Return the manifest fields that a model pin decides."""
    return {
        "encoder": pin.name,
        "encoder_revision": pin.revision,
        "encoder_sha256": pin.sha256,
        "dim": pin.dim,
    }


def _as_pin(stored: dict[str, Any] | None) -> ModelPin | None:
    if stored is None:
        return None
    return ModelPin(**{**stored, "sha256": tuple((n, d) for n, d in stored["sha256"])})
