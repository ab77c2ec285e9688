"""How many tokens a text costs, told without the model's tokenizer.

Vocabularies differ, so this counts on the high side: a word of ASCII letters costs a token for
each 3.5 of them begun, of other Latin letters for each 2.5, of Greek, Cyrillic, Hebrew or Arabic
for each 2. Each digit costs one, as Qwen and Gemma split them; each other character (Chinese,
Japanese, Korean, Devanagari, Thai) costs one, and 2 outside the basic plane. A run of one
repeated sign costs a token for each 4 begun; spaces belong to the words after them.
"""

import re
from collections.abc import Mapping

PER_PART = 4  # what a chat template writes around a message or a part of it

_RUNS = re.compile(
    r"(?P<space>\s+)|(?P<ascii>[A-Za-z]+(?![\u00c0-\u024f\u1e00-\u1eff]))"
    r"|(?P<latin>[A-Za-z\u00c0-\u024f\u1e00-\u1eff]+)"
    r"|(?P<alphabet>[\u0370-\u06ff\u0750-\u077f\u08a0-\u08ff\u1f00-\u1fff]+)"
    r"|(?P<sign>([^\w\s\U00010000-\U0010ffff])\6*)"
    r"|(?P<far>[\U00010000-\U0010ffff])|(?P<one>.)"
)
_CHARACTERS: Mapping[str, float] = {  # for a token
    "space": 0,
    "ascii": 3.5,
    "latin": 2.5,
    "alphabet": 2,
    "sign": 4,
    "far": 0.5,
    "one": 1,
}


def text_tokens(text: str) -> int:
    """Return an estimate of a text's tokens, rather too many than too few."""
    return sum(_run_tokens(run) for run in _RUNS.finditer(text))


def _run_tokens(run: re.Match[str]) -> int:
    characters = _CHARACTERS[run.lastgroup or "one"]
    return -int(-len(run.group()) // characters) if characters else 0
