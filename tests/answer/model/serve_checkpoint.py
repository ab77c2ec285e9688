"""`transformers serve`, also where torchvision was built for another torch: Pillow then decodes.

Run as a program, with the arguments of `transformers`.
"""

import io
from importlib import import_module
from typing import Any

import numpy as np
import torch
from PIL import Image

from index.encoders.visual.compat import declare_torchvision_operators


def decode_image(data: torch.Tensor, **_: Any) -> torch.Tensor:
    """Stands for `torchvision.io.decode_image`: `(3, height, width)`."""
    with Image.open(io.BytesIO(data.numpy().tobytes())) as image:
        return torch.from_numpy(np.array(image.convert("RGB"))).permute(2, 0, 1)


def main() -> None:
    if declare_torchvision_operators() is not None:
        vars(import_module("torchvision.io"))["decode_image"] = decode_image
    import_module("transformers.cli.transformers").main()


if __name__ == "__main__":
    main()
