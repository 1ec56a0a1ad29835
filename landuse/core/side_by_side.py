"""Work on the rows of arrays on two threads, for functions that release the interpreter lock."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

_THREADS = 2
_TOGETHER = 256


def side_by_side(function: Callable[..., NDArray[Any]], *arrays: NDArray[Any]) -> NDArray[Any]:
    """Return ``function(*arrays)`` for a function that gives a row for each row of the arrays.

    Every row must depend on itself alone, as in the vectorised functions of shapely: then the
    number of threads changes nothing.
    """
    length = len(arrays[0])
    if length <= _TOGETHER:
        return function(*arrays)
    starts = range(0, length, _TOGETHER)
    with ThreadPoolExecutor(_THREADS) as pool:
        parts = pool.map(lambda at: function(*(one[at : at + _TOGETHER] for one in arrays)), starts)
        return np.concatenate(list(parts))
