"""What there is of CUDA on this machine."""

import ctypes

DRIVER = "libcuda.so.1"  # CUDA's runtime looks for it by this name and finds no device without
ROOM_SHARE = 0.8  # of the free memory, unless told; the encoder wants some too


def is_cuda_available() -> bool:
    """Return whether PyTorch has a CUDA device here; without a driver it is not even asked."""
    try:
        ctypes.CDLL(DRIVER)
    except OSError:
        return False
    import torch  # noqa: PLC0415  seconds to import

    return torch.cuda.is_available()


def room(device: str) -> int:
    """Return how many bytes of a device rows may take unless told."""
    import torch  # noqa: PLC0415  seconds to import

    return int(ROOM_SHARE * torch.cuda.mem_get_info(device)[0])
