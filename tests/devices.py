"""The devices of torch that are here: what holds on the processor must hold on a GPU.

Triton's kernels run on the last of them: without a GPU in Triton's interpreter, which must be said
before it is imported.
"""

import os
from importlib.util import find_spec

from index.devices import is_cuda_available

HAS_CUDA = is_cuda_available()
HAS_TRITON = find_spec("triton") is not None
DEVICES = ("cpu", "cuda") if HAS_CUDA else ("cpu",)
if not HAS_CUDA:
    os.environ["TRITON_INTERPRET"] = "1"  # noqa: TID251  Triton's own
