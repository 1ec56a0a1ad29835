"""Arrays used again from one year of a series to the next."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray


class Scratch:
    """Arrays by name. A new one of a county's cells costs more to come by than to fill.

    The system clears every page of a new array when it is first touched, and a virtual machine may
    have to ask for the page itself: up to two seconds a gigabyte.
    """

    def __init__(self) -> None:
        self._held: dict[str, NDArray[Any]] = {}

    def empty(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Return an array of any content; the one of this name that was given before is lost."""
        held = self._held.get(name)
        if held is None or held.shape != shape or held.dtype != dtype:
            held = self._held[name] = np.empty(shape, dtype=dtype)
        return held
