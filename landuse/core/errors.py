"""Errors a user can act on: which file, which field, what was found, what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong, said in Chinese and English.

    ``exit_code`` follows the public contract: 2 the study file is wrong, 3 a source is missing,
    4 the data are wrong.
    """

    exit_code: int
    zh: str
    en: str
    file: str = ""
    field: str = ""
    found: str = ""
    todo_zh: str = ""
    todo_en: str = ""

    def text(self) -> str:
        """Return the fault as the few lines a terminal shows."""
        place = " · ".join(part for part in (self.file, self.field) if part)
        head = f"[{place}] " if place else ""
        lines = [f"{head}{self.zh}", f"  {self.en}"]
        if self.found:
            lines.append(f"  发现 found: {self.found}")
        if self.todo_zh or self.todo_en:
            lines.append(f"  处理 to do: {self.todo_zh} / {self.todo_en}")
        return "\n".join(lines)


class LanduseError(ValueError):
    """Every fault found, raised once. ``exit_code`` is that of the first kind met."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: tuple[Fault, ...] = tuple(faults)
        super().__init__("\n".join(fault.text() for fault in self.faults))

    @property
    def exit_code(self) -> int:
        """Return the lowest code present: a wrong study file explains what follows from it."""
        return min((fault.exit_code for fault in self.faults), default=1)


STUDY_WRONG = 2
SOURCE_MISSING = 3
DATA_WRONG = 4


def fail(fault: Fault) -> LanduseError:
    """Return the error for a single fault, ready to raise."""
    return LanduseError([fault])


def data_fault(zh: str, en: str, **details: str) -> Fault:
    """Return a fault of the data themselves (exit code 4)."""
    return Fault(exit_code=DATA_WRONG, zh=zh, en=en, **details)


def missing_fault(zh: str, en: str, **details: str) -> Fault:
    """Return a fault of an absent source (exit code 3)."""
    return Fault(exit_code=SOURCE_MISSING, zh=zh, en=en, **details)


def study_fault(zh: str, en: str, **details: str) -> Fault:
    """Return a fault of the study file (exit code 2)."""
    return Fault(exit_code=STUDY_WRONG, zh=zh, en=en, **details)
