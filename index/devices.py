"""The devices of torch on this machine."""

import ctypes

DRIVER = "libcuda.so.1"  # CUDA's runtime looks for it by this name and finds no device without
AMPERE = 8  # compute capability
ROOM_SHARE = 0.8  # of the free memory, unless told; the encoder wants some too


def is_cuda_available() -> bool:
    """Return whether PyTorch has a CUDA device here; without a driver it is not even asked."""
    try:
        ctypes.CDLL(DRIVER)
    except OSError:
        return False
    import torch  # noqa: PLC0415  seconds to import

    return torch.cuda.is_available()


def best_device() -> str:
    """Return where a model runs unless told: a GPU of CUDA or ROCm, or the CPU."""
    import torch  # noqa: PLC0415  seconds to import

    return "cuda" if torch.cuda.is_available() else "cpu"


def is_at_least_ampere(device: str) -> bool:
    """Return whether a device copies to its cores' memory by itself, in rooms of 99 KiB and more.

    GPUs do since Ampere, of 2020: A100, A10, L4, RTX 30 and later.
    """
    if not device.startswith("cuda") or not is_cuda_available():
        return False
    import torch  # noqa: PLC0415  seconds to import

    return torch.cuda.get_device_capability(device)[0] >= AMPERE


def room(device: str) -> int:
    """Return how many bytes of a device rows may take unless told."""
    import torch  # noqa: PLC0415  seconds to import

    return int(ROOM_SHARE * torch.cuda.mem_get_info(device)[0])
