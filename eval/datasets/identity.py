"""What a data set is called and by what two of them are told apart."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict

from eval.datasets.base import EvalQuestion

MAX_NAME = 50  # leaves room in the name of a collection


def set_name(*parts: str | None) -> str:
    """Return a name for a set that can be part of a collection's name."""
    told = "-".join(part for part in parts if part).lower()
    return re.sub(r"[^a-z0-9]+", "-", told).strip("-")[:MAX_NAME].rstrip("-") or "set"


def questions_sha256(questions: Iterable[EvalQuestion]) -> str:
    """Return the digest of questions and judgements; pages count by what they are called."""
    told = json.dumps([asdict(one) for one in questions], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()
