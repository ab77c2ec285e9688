"""What each part of the service is worth: the same questions with one thing changed at a time.

A variant is the service with other settings, another index, or another way to ask. Variants that
change what is indexed get a collection of their own beside the default's in the same data folder.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from api.desk import LocalDesk
from api.schemas import NewCollection
from api.service import Service
from api.settings import Settings
from eval.datasets.base import EvalSet
from eval.record import RunRecord
from eval.run import ARM_SETS, Examiner
from index.errors import InvalidRequest

DEFAULT = "default"
MAX_NAME = 58  # of a data set, in the name of a collection


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing changed.

    Attributes:
        group: what it is about, such as `arms`.
        name: what it does, for the table.
        settings: of the service, where they are others.
        index: fields of the new collection, where they are others.
        arms: what searches use.
        exhaustive: whether searches score every page exactly.
        reindexes: whether it needs an index of its own.
    """

    group: str
    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    index: Mapping[str, Any] = field(default_factory=dict)
    arms: str = ARM_SETS[0]
    exhaustive: bool = False
    reindexes: bool = False

    @property
    def slug(self) -> str:
        """The variant's part of a collection's name."""
        return "-".join(self.name.lower().split())


def variants(settings: Settings, *, encoder: str | None = None) -> list[Variant]:
    """Return what can be changed here.

    Args:
        settings: of the default.
        encoder: a visual model to compare rows with; without one there are no variants of rows.
    """
    found = [
        Variant("arms", "MaxSim alone", arms="maxsim"),
        Variant("arms", "BM25 alone", arms="bm25"),
        *_scoring(settings),
        *_words(),
        *_pixels(settings),
    ]
    if encoder is not None:
        found += _rows(encoder)
    if settings.vlm_url is not None:
        found += [
            Variant("answers", f"the model gets {kind} alone", {"vlm_evidence": kind})
            for kind in ("image", "words")
        ]
    return found


def chosen(found: Sequence[Variant], groups: Sequence[str]) -> list[Variant]:
    """Return the variants of some groups; all when none is named.

    Raises:
        InvalidRequest: there is no such group here.
    """
    known = list(dict.fromkeys(one.group for one in found))
    unknown = [group for group in groups if group not in known]
    if unknown:
        raise InvalidRequest(f"no ablation {', '.join(unknown)} here; there are {', '.join(known)}")
    return [one for one in found if not groups or one.group in groups]


def ablate(
    data_set: EvalSet,
    settings: Settings,
    some: Sequence[Variant],
    on_run: Callable[[str], object] = lambda _: None,
) -> dict[str, RunRecord]:
    """Run the default and each variant; `on_run` is told the name before each.

    Returns:
        The records by the variants' names, the default's first.
    """
    records = {}
    for variant in (Variant(DEFAULT, DEFAULT), *some):
        on_run(variant.name)
        records[variant.name] = _run(data_set, settings, variant)
    return records


def _run(data_set: EvalSet, settings: Settings, variant: Variant) -> RunRecord:
    own = f"-{variant.slug}" if variant.reindexes else ""
    name = f"eval-{data_set.name[: MAX_NAME - len(own)]}{own}".lower()
    changed = Settings.model_validate(settings.model_dump() | dict(variant.settings))
    with closing(LocalDesk(Service.build(changed))) as desk:
        examiner = Examiner(desk, name, arms=(variant.arms,), exhaustive=variant.exhaustive)
        wanted = NewCollection.model_validate({"name": name, **variant.index})
        return examiner.run(data_set, examiner.prepare(data_set, wanted))


def _scoring(settings: Settings) -> list[Variant]:
    """How closely pages are looked at: K pages by all rows, then exact float rows everywhere."""
    fewer = settings.refined_pages // 4
    return [
        Variant(
            "K", f"{fewer} pages refined, not {settings.refined_pages}", {"refined_pages": fewer}
        ),
        Variant("pooling", "no page refined: pooled rows", {"refined_pages": 1}),
        Variant("pooling", "every page refined: no pooling", {"refined_pages": 10**9}),
        Variant("quantization", "every page exactly: no int8", exhaustive=True),
    ]


def _words() -> list[Variant]:
    return [
        Variant("words", f"{told} alone", {"word_source": source}, reindexes=True)
        for told, source in (("text layer", "text_layer"), ("OCR", "ocr"))
    ]


def _pixels(settings: Settings) -> list[Variant]:
    return [
        Variant("pixels", told, {"max_pixels": round(settings.max_pixels * share)}, reindexes=True)
        for told, share in (("half the pixels", 0.5), ("twice the pixels", 2.0))
    ]


def _rows(encoder: str) -> list[Variant]:
    found = [
        Variant("rows", f"{rows} rows", index={"encoder": encoder, "rows": rows}, reindexes=True)
        for rows in ("patch", "text", "fused")
    ]
    both = {"encoder": encoder, "rows": "patch", "words": True}
    told = "patch rows and an arm of words"
    return [*found, Variant("rows", told, index=both, arms="maxsim+words+bm25", reindexes=True)]
