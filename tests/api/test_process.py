"""What third-party code in a process is told before it works."""

import os
import sys

import pytest
from threadpoolctl import threadpool_info  # type: ignore[import-untyped]  # ships no types

from api.process import SWITCH_S, prepare_process
from api.service import Service
from api.settings import Settings


def test_tesseract_gets_one_thread_and_the_hub_stays_unasked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OMP_THREAD_LIMIT", "HF_HUB_OFFLINE", "HF_HUB_DISABLE_PROGRESS_BARS"):
        monkeypatch.setenv(name, "not yet")
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")
    prepare_process(Settings())
    assert os.environ["OMP_THREAD_LIMIT"] == "1"  # noqa: TID251  what the function is about
    assert os.environ["HF_HUB_OFFLINE"] == "1"  # noqa: TID251  likewise
    assert os.environ["TOKENIZERS_PARALLELISM"] == "true"  # noqa: TID251  likewise


def test_the_hub_is_asked_when_it_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "not yet")
    prepare_process(Settings(hub=True))
    assert os.environ["HF_HUB_OFFLINE"] == "not yet"  # noqa: TID251  what the function is about


def test_a_product_of_matrices_takes_one_thread(service: Service) -> None:  # noqa: ARG001  built
    blas = [one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas"]
    assert blas
    assert set(blas) == {1}


def test_a_thread_that_waits_for_the_interpreter_gets_it_soon(service: Service) -> None:  # noqa: ARG001  built
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
