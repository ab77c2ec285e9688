"""What third-party code in this process is told before it works: threads, memory, the hub."""

import ctypes
import os
import sys

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

from api.settings import Settings

M_ARENA_MAX = -8  # from malloc.h of glibc
SWITCH_S = 0.0005


def prepare_process(settings: Settings) -> None:
    """Tell what third-party programs and libraries read once, before any of them starts."""
    os.environ["OMP_THREAD_LIMIT"] = "1"  # Tesseract is 3-5 times faster without its own threads
    if not settings.hub:
        os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    _share_malloc_arenas()
    _keep_blas_alone()
    _hand_over_soon()


def _share_malloc_arenas() -> None:
    """Keep glibc from giving each short-lived thread 64 MiB of its own that it never returns."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_ARENA_MAX, 2)


def _keep_blas_alone() -> None:
    """Have each product of matrices done by the thread that asks for it.

    A search makes dozens of small ones. OpenBLAS shares each among all cores and waits for them by
    spinning: beside other work that takes several times the processor time of the whole search.
    """
    threadpool_limits(limits=1, user_api="blas")


def _hand_over_soon() -> None:
    """Have a thread that computes give the interpreter to one that waits for it.

    A search lets go of the interpreter dozens of times, for its database, its model, its kernels,
    and beside a busy thread waits each time for the whole interval: 5 ms unless told.
    """
    sys.setswitchinterval(SWITCH_S)
