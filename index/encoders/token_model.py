"""The pass of a small text model, as one call to torch.

A pass through transformers' modules is some hundred operations, each called from Python, and after
each of them a thread has to be handed the interpreter again: beside one that is busy it waits for
that up to a hundred times. Traced (`torch.jit.trace`), the same operations are one call, which
needs no interpreter before its end, and give the same bits.
"""

import sys
import threading
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.encoders.visual.compat import declare_torchvision_operators
from index.records import Float32

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

CAN_TRACE = sys.version_info < (3, 14)  # from there on torch warns that it may break
Pass = Callable[["torch.Tensor"], "torch.Tensor"]


class TokenModel:
    """A sentence model whose tokens' rows are wanted; loads at the first pass.

    The second pass traces it (0.4 s with the next two, in which torch rewrites what it has traced):
    who encodes once does not wait for that. Any number of threads may share it.

    Args:
        folder: of its files.
        threads: torch's.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        self._folder = folder
        self._threads = threads
        self._changing = threading.Lock()
        self._model: SentenceTransformer | None = None
        self._whole: Pass | None = None
        self._n_passes = 0

    def load(self) -> "SentenceTransformer":
        """Return the model, loading it where that was not done yet."""
        with self._changing:
            if self._model is None:
                self._model = _load(self._folder, self._threads)
            return self._model

    def rows(self, inputs: Sequence[Sequence[int]]) -> Float32:
        """Return the rows of equally long inputs of token ids, `(n_inputs, n_tokens, dim)`."""
        import torch  # noqa: PLC0415  takes seconds, and asking for --help must not wait

        ids = torch.tensor(inputs)
        with torch.inference_mode():
            return np.asarray(self._pass(ids)(ids).numpy(), np.float32)

    def _pass(self, ids: "torch.Tensor") -> Pass:
        model = self.load()
        with self._changing:
            self._n_passes += 1
            if CAN_TRACE and self._n_passes > 1 and self._whole is None:
                self._whole = _traced(model, ids)
            return self._whole or _by_modules(model)


def _load(folder: Path, threads: int) -> "SentenceTransformer":
    import torch  # noqa: PLC0415  takes seconds, and asking for --help must not wait

    declare_torchvision_operators()
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415  as above
    from transformers.utils import logging  # noqa: PLC0415  as above

    # A service's log is no place for a progress bar.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(threads)
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True).eval()


def _by_modules(model: "SentenceTransformer") -> Pass:
    import torch  # noqa: PLC0415  takes seconds, and asking for --help must not wait

    def rows(ids: torch.Tensor) -> torch.Tensor:
        made = model({"input_ids": ids, "attention_mask": torch.ones_like(ids)})
        found: torch.Tensor = made["token_embeddings"]
        return found

    return rows


def _traced(model: "SentenceTransformer", ids: "torch.Tensor") -> Pass:
    """Trace a pass. What is warned of is that torch may one day lack this, and that lengths decide.

    Nothing in these models does depend on the length: the tests compare passes of many lengths.
    """
    import torch  # noqa: PLC0415  takes seconds, and asking for --help must not wait

    class Whole(torch.nn.Module):
        """`_by_modules` as a module, which is what is traced."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor) -> torch.Tensor:
            return _by_modules(self.model)(ids)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        traced: Pass = torch.jit.trace(  # type: ignore[no-untyped-call]
            Whole(), (ids,), check_trace=False
        )
    return traced
