"""The devices of torch that are here: what holds on the processor must hold on a GPU."""

from retrieval.cuda import is_cuda_available

DEVICES = ("cpu", "cuda") if is_cuda_available() else ("cpu",)
