"""The visual models that Pagesight knows: facts as frozen records.

Revisions are copied from public records that pin them: those of models from the registry of the
MTEB benchmark, those of bases from projects that publish what they loaded. They could not be
checked against the hub when this was written: such a record says `verified=False`, and loading it
logs what was resolved. A wrong one is not found on the hub; it never loads something else.
"""

from dataclasses import dataclass
from typing import Literal

from index.errors import InvalidRequest

Tier = Literal["cpu", "gpu-small", "gpu-large"]
MIB = 1 << 20
REVISION_DIGITS = 40


@dataclass(frozen=True, slots=True)
class VisualModel:
    """One model of the hub.

    Attributes:
        name: owner and name on the hub.
        revision: commit of 40 hex digits; None when unknown.
        verified: whether `revision` was checked against the hub.
        family: the `model_type` of its config, a family of `index.encoders.visual.families`.
        dim: length of a row.
        licence: SPDX identifier, or the name of the terms.
        languages: ISO 639-1 codes of the languages it was trained for.
        memory_bytes: of the weights as published, without what a page needs while it is read.
        rows_per_page: patch rows of an A4 page.
        text_tower: whether it embeds documents as text too.
        tier: the least machine it is pleasant on.
        base_revision: of the model that it adapts, where it is a LoRA adapter; None when unknown.
    """

    name: str
    revision: str | None
    verified: bool
    family: str
    dim: int
    licence: str
    languages: tuple[str, ...]
    memory_bytes: int
    rows_per_page: int
    text_tower: bool
    tier: Tier
    base_revision: str | None = None

    def __post_init__(self) -> None:
        for revision in (self.revision, self.base_revision):
            if revision is not None:
                check_revision(revision)

    def speaks(self, language: str) -> bool:
        """Tell whether the model was trained for a language, by its ISO 639-1 code."""
        return language.lower() in self.languages


def check_revision(revision: str) -> None:
    """Refuse anything but a full commit: branches and tags move.

    Raises:
        InvalidRequest: not 40 hex digits.
    """
    if len(revision) != REVISION_DIGITS or not set(revision) <= set("0123456789abcdef"):
        raise InvalidRequest(
            f"a model's revision is a commit of 40 hex digits, got {revision!r}; "
            "branches and tags move"
        )


def find(name: str) -> VisualModel:
    """Return the record of a model.

    Raises:
        InvalidRequest: no record of that name.
    """
    for model in MODELS:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in MODELS)
    raise InvalidRequest(f"no registered model {name!r}; registered are {known}")


MODELS = (
    VisualModel(
        name="ModernVBERT/colmodernvbert",
        revision="9052fc0ef8acf9fb764681ce0315a7f89ea7d276",
        verified=False,
        family="modernvbert",
        dim=128,
        licence="MIT",
        languages=("en",),
        memory_bytes=961 * MIB,
        rows_per_page=832,
        text_tower=True,
        tier="cpu",
    ),
    VisualModel(
        name="vidore/colSmol-500M",
        revision="1aa9325cba7ed2b3b9b97ede4d55026322504902",
        verified=False,
        family="idefics3",
        dim=128,
        licence="Apache-2.0",
        languages=("en",),
        memory_bytes=1200 * MIB,
        rows_per_page=832,
        text_tower=False,
        tier="gpu-small",
    ),
    VisualModel(
        name="vidore/colqwen2-v1.0",
        revision="530094e83a40ca4edcb5c9e5ddfa61a4b5ea0d2f",
        verified=False,
        family="qwen2_vl",
        dim=128,
        licence="Apache-2.0",
        languages=("en",),
        memory_bytes=7200 * MIB,
        rows_per_page=736,
        text_tower=False,
        tier="gpu-small",
    ),
    VisualModel(
        name="vidore/colqwen2.5-v0.2",
        revision="6f6fcdfd1a114dfe365f529701b33d66b9349014",
        verified=False,
        family="qwen2_5_vl",
        dim=128,
        licence="Apache-2.0",
        languages=("en",),
        memory_bytes=7200 * MIB,
        rows_per_page=736,
        text_tower=False,
        tier="gpu-large",
        base_revision="92908120384b7a2110c5beda3ab29cbdb2c08e49",
    ),
    VisualModel(
        name="vidore/colpali-v1.3",
        revision="1b5c8929330df1a66de441a9b5409a878f0de5b0",
        verified=False,
        family="paligemma",
        dim=128,
        licence="Gemma",
        languages=("en",),
        memory_bytes=4700 * MIB,
        rows_per_page=1024,
        text_tower=False,
        tier="gpu-large",
        base_revision="30ab955d073de4a91dc5a288e8c97226647e3e5a",
    ),
    VisualModel(
        name="TomoroAI/tomoro-colqwen3-embed-4b",
        revision="6a32fb68598730bf5620fbf18d832c784235c59c",
        verified=False,
        family="qwen3_vl",
        dim=320,
        licence="Apache-2.0",
        languages=("en",),
        memory_bytes=8466 * MIB,
        rows_per_page=736,
        text_tower=False,
        tier="gpu-large",
    ),
)
