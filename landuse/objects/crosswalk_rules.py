"""The crosswalks that come with the program: what converts, what a person must decide, and why."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from landuse.core.settings import Mark, Settings
from landuse.objects.classes import class_table
from landuse.sources.spec import ClassSystem

TARGET: ClassSystem = "YDYH2023"
_FOLDER = Path(__file__).parent / "crosswalks"
Kind = Literal["several", "group", "unstated", "unknown", "blank"]


class Conversion(Settings):
    """One class that goes to one class."""

    to: str
    mark: Mark


class Decision(Settings):
    """One class a person must decide: where it may go, and why the program does not choose."""

    kind: Kind
    candidates: tuple[str, ...] = ()
    mark: Mark = "M"
    zh: str
    en: str


class Crosswalk(Settings):
    """What is known of the way from one class system to another."""

    source_system: str
    target_system: str
    source: str = ""
    converts: dict[str, Conversion] = Field(default_factory=dict)
    decisions: dict[str, Decision] = Field(default_factory=dict)


_UNKNOWN = Decision(
    kind="unknown", zh="代码不在声明的分类体系中", en="the code is not in the declared system"
)
_BLANK = Decision(kind="blank", zh="图斑没有用途代码", en="the parcel has no land-use code")
_UNSTATED = Decision(
    kind="unstated", zh="这一分类体系没有对照表", en="there is no crosswalk from this system"
)


@cache
def load_crosswalk(system: str) -> Crosswalk:
    """Return the crosswalk from a system to the classes of 2023.

    From the classes of 2023 themselves every class converts to itself. A system without a
    crosswalk has an empty one: all its codes are left to decide.
    """
    if system == TARGET:
        same = {code: Conversion(to=code, mark="V") for code in class_table(TARGET).classes}
        return Crosswalk(source_system=system, target_system=TARGET, converts=same)
    file = _FOLDER / f"{system}-{TARGET}.toml"
    if not file.is_file():
        return Crosswalk(source_system=system, target_system=TARGET)
    with file.open("rb") as stream:
        return Crosswalk.model_validate(tomllib.load(stream))


def spelt_as(code: str, converts: Iterable[str]) -> str:
    """Return a code as the crosswalk spells it: a small letter may stand for a capital."""
    return code.upper() if code.upper() in converts else code


def decision_of(code: str, known: Crosswalk) -> Decision:
    """Return what there is to decide about a code that does not convert; "" is a blank code."""
    if not code:
        return _BLANK
    listed = known.decisions.get(spelt_as(code, known.decisions))
    if listed:
        return listed
    return _UNKNOWN if known.converts or known.decisions else _UNSTATED
