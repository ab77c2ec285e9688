"""Which family a model counts its images by, told by its name or by the configuration.

The table follows the vendors' pages named in `answer.budget.families` and the
`preprocessor_config.json` of the published checkpoints. Names are matched as they are written for
hosted endpoints, vLLM and Ollama; the first match counts.
"""

import math
import re
from dataclasses import dataclass, fields, replace
from typing import Any

from answer.budget.families import (
    AnthropicPatches,
    Fixed,
    GeminiTiles,
    Idefics3Tiles,
    ImageFamily,
    OpenAiPatches,
    OpenAiTiles,
    QwenGrid,
)
from index.errors import InvalidRequest

AUTO = "auto"
FAMILIES: dict[str, ImageFamily] = {
    "openai-tiles": OpenAiTiles(),
    "openai-patches": OpenAiPatches(),
    "anthropic": AnthropicPatches(),
    "anthropic-high": AnthropicPatches(max_edge=2576, max_tokens=4784),
    "qwen2-vl": QwenGrid(),
    "qwen3-vl": QwenGrid(cell=32, min_pixels=65_536, max_pixels=16_777_216),
    "smolvlm": Idefics3Tiles(),
    "idefics3": Idefics3Tiles(longest_edge=1456, tile=364, per_tile=169),
    "gemini": GeminiTiles(),
    "fixed": Fixed(1120),
}
OTHERS = FAMILIES["qwen2-vl"]  # a token for 28 x 28 px and no low limit: more than most count


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A family of models by the beginning of their names."""

    pattern: str
    family: ImageFamily


KNOWN = (
    KnownModel(r"gpt-4o-mini", OpenAiTiles(2833, 5667)),
    KnownModel(r"gpt-4\.1-mini", OpenAiPatches(1.62, 6144)),
    KnownModel(r"gpt-4\.1-nano", OpenAiPatches(2.46)),
    KnownModel(r"o4-mini", OpenAiPatches(1.72)),
    KnownModel(r"gpt-5-mini", OpenAiPatches(1.2)),
    KnownModel(r"gpt-5-nano", OpenAiPatches(1.5)),
    KnownModel(r"gpt-5\.2", OpenAiPatches(1.2, 6144)),
    KnownModel(r"gpt-5\.4", OpenAiPatches(1.2, 2500)),
    KnownModel(r"gpt-5(?:\.1)?(?![.\d])", OpenAiTiles(70, 140)),
    KnownModel(r"gpt-4", OpenAiTiles()),
    KnownModel(r"gpt-5\.5", OpenAiPatches(1.2, 10_000, 6000)),
    KnownModel(r"gpt-[5-9]", OpenAiPatches(1.2, 30_000, 0)),
    KnownModel(r"o[13](?![\w.])", OpenAiTiles(75, 150)),
    KnownModel(
        r"claude-(?:fable|mythos|(?:opus|sonnet)-[5-9]|opus-4[-.][78])", FAMILIES["anthropic-high"]
    ),
    KnownModel(r"claude", FAMILIES["anthropic"]),
    KnownModel(r"qwen-?2(?:\.5)?-?(?:vl|omni)", FAMILIES["qwen2-vl"]),
    KnownModel(r"qwen-?3", FAMILIES["qwen3-vl"]),
    KnownModel(r"smolvlm2?-(?:256m|500m)", FAMILIES["smolvlm"]),
    KnownModel(r"smolvlm", Idefics3Tiles(longest_edge=1536, tile=384, per_tile=81)),
    KnownModel(r"idefics3", FAMILIES["idefics3"]),
    KnownModel(r"gemini-[12]", FAMILIES["gemini"]),
    KnownModel(r"gemini", Fixed(1120)),
    KnownModel(r"gemma-?3", Fixed(256)),
    KnownModel(r"llava-(?:v?1\.5|1\.5)", Fixed(576)),
)


def image_family(setting: str, model: str) -> ImageFamily:
    """Return the family that the setting names, or that the model's name tells.

    Args:
        setting: `auto`, or a family of `FAMILIES` with changed parameters behind a colon, as in
            `qwen2-vl:max_pixels=1003520`.
        model: the model's name, read where the setting is `auto`.

    Raises:
        InvalidRequest: the setting names no family, or a parameter that it does not have.
    """
    name, _, changes = setting.partition(":")
    if name == AUTO and not changes:
        return _by_name(model)
    if name not in FAMILIES:
        known = ", ".join((AUTO, *FAMILIES))
        raise InvalidRequest(f"images are counted by one of {known}, got {name!r}")
    family: Any = FAMILIES[name]  # each is a dataclass of numbers
    kinds = {field.name: type(getattr(family, field.name)) for field in fields(family)}
    pairs = (pair.partition("=") for pair in changes.split(",") if pair)
    changed: ImageFamily = replace(family, **{k: _number(name, kinds, k, v) for k, _, v in pairs})
    return changed


def _by_name(model: str) -> ImageFamily:
    """The family of the first pattern that starts a part of the name."""
    for known in KNOWN:
        if re.search(rf"(?<![a-z0-9]){known.pattern}", model, re.IGNORECASE):
            return known.family
    return OTHERS


def _number(family: str, kinds: dict[str, type], name: str, value: str) -> float:
    if name not in kinds:
        raise InvalidRequest(f"{family} has {', '.join(kinds)}, got {name!r}")
    try:
        number: float = kinds[name](value)
    except ValueError:
        number = -1
    is_none = number == 0 and name == "max_edge"
    if not (is_none or 0 < number < math.inf):
        raise InvalidRequest(f"{name} of {family} must be a number above 0, got {value!r}")
    return number
