import re
from pathlib import Path

import pytest

from answer.budget.families import Fixed, ImageFamily, OpenAiPatches, OpenAiTiles, QwenGrid
from answer.budget.known_models import FAMILIES, OTHERS, image_family
from index.errors import InvalidRequest


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("gpt-4o-2024-11-20", OpenAiTiles()),
        ("openai/gpt-4o-mini", OpenAiTiles(2833, 5667)),
        ("gpt-5.1", OpenAiTiles(70, 140)),
        ("gpt-5", OpenAiTiles(70, 140)),
        ("gpt-5.4-mini", OpenAiPatches(1.2, 2500)),
        ("gpt-4.1-nano-2025-04-14", OpenAiPatches(2.46)),
        ("o3", OpenAiTiles(75, 150)),
        ("claude-sonnet-4-5", FAMILIES["anthropic"]),
        ("anthropic/claude-opus-4.8", FAMILIES["anthropic-high"]),
        ("Qwen/Qwen2.5-VL-7B-Instruct", QwenGrid()),
        ("qwen2.5vl:7b", QwenGrid()),
        ("Qwen/Qwen3-VL-8B-Instruct", FAMILIES["qwen3-vl"]),
        ("HuggingFaceTB/SmolVLM2-500M-Video-Instruct", FAMILIES["smolvlm"]),
        ("google/gemini-2.5-flash", FAMILIES["gemini"]),
        ("gemini-3-pro-preview", Fixed(1120)),
        ("gemma3:4b", Fixed(256)),
    ],
)
def test_a_model_is_known_by_the_name_that_its_server_gives_it(
    model: str, family: ImageFamily
) -> None:
    assert image_family("auto", model) == family


@pytest.mark.parametrize("model", ["", "my-model", "notgpt-4o", "foo3-mini"])
def test_an_unknown_model_counts_like_one_that_counts_much(model: str) -> None:
    assert image_family("auto", model) == OTHERS


def test_the_configuration_names_a_family_and_changes_its_parameters() -> None:
    assert image_family("openai-tiles", "qwen2-vl") == OpenAiTiles()
    assert image_family("qwen2-vl:max_pixels=1003520", "") == QwenGrid(max_pixels=1_003_520)
    changed = image_family("openai-patches:multiplier=1.62,max_edge=0", "")
    assert changed == OpenAiPatches(multiplier=1.62, max_edge=0)


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("qwen", "one of auto, openai-tiles"),
        ("auto:cell=3", "one of auto"),
        ("qwen2-vl:tile=3", "qwen2-vl has cell, min_pixels, max_pixels, got 'tile'"),
        ("qwen2-vl:cell", "must be a number above 0"),
        ("qwen2-vl:cell=0", "must be a number above 0"),
        ("qwen2-vl:cell=-28", "must be a number above 0"),
        ("openai-patches:multiplier=nan", "must be a number above 0"),
        ("openai-patches:multiplier=inf", "must be a number above 0"),
        ("openai-patches:multiplier=x", "must be a number above 0"),
    ],
)
def test_a_setting_that_names_nothing_is_refused_with_what_there_is(
    setting: str, told: str
) -> None:
    with pytest.raises(InvalidRequest, match=told):
        image_family(setting, "gpt-4o")


def test_the_table_of_the_documentation_says_what_the_families_count() -> None:
    page = Path(__file__).parents[3] / "docs" / "token-budget.md"
    rows = re.findall(r"^\| `([\w-]+)` \| (\d+) \|", page.read_text("utf-8"), re.MULTILINE)

    assert {name: int(tokens) for name, tokens in rows} == {
        name: family.tokens(1191, 1684) for name, family in FAMILIES.items()
    }
