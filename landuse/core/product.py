"""A product that a room writes itself, e.g. a workbook: what it is called and how it is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class FileProduct:
    """A file in the making: its suffix and a function that writes it to a path."""

    suffix: str
    write: Callable[[Path], object]
