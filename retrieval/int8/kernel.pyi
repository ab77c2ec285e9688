import numpy as np
from numpy.typing import NDArray

def maxima(
    question: NDArray[np.uint32],
    groups: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    selection: NDArray[np.int64],
    out: NDArray[np.int16],
    /,
) -> None: ...
def works() -> bool: ...
def multiply_adds(n: int, /) -> int: ...
