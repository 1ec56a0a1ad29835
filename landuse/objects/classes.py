"""Land-use codes: their names, the peer group they are judged in, and what is not assessed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from landuse.core.settings import Mark, Settings
from landuse.sources.spec import ClassSystem

_FOLDER = Path(__file__).parent / "class_systems"
_PREFIX_FROM = 4
INDUSTRY, OTHER, ALL = "IND", "OTHER", "ALL"
LOT_SMALL, LOT_LARGE = "LOT_SMALL", "LOT_LARGE"


class LandClass(Settings):
    """One land-use code. ``assessed`` false: not construction land, left out of the parcels."""

    zh: str
    en: str
    group: str
    assessed: bool = True
    mark: Mark = "P"


class ClassTable(Settings):
    """A system of land-use codes.

    ``prefix``: a longer code belongs to its longest known prefix of four digits or more.
    """

    name: str
    title_zh: str
    title_en: str
    mark: Mark
    source: str
    prefix: bool = False
    classes: dict[str, LandClass]


@dataclass(frozen=True)
class Classified:
    """Codes looked up: one row a parcel; ``unknown`` lists the codes the system lacks."""

    table: pd.DataFrame
    unknown: pd.Series


@cache
def class_table(system: ClassSystem | str) -> ClassTable:
    """Return a code system that comes with the program; "local" has none of its own."""
    with (_FOLDER / f"{system}.toml").open("rb") as stream:
        return ClassTable.model_validate(tomllib.load(stream))


def shipped_systems() -> list[str]:
    """Return the names of the code systems that come with the program."""
    return sorted(path.stem for path in _FOLDER.glob("*.toml"))


def local_table(classes: dict[str, LandClass]) -> ClassTable:
    """Return the code system a study brings itself."""
    return ClassTable(
        name="local",
        title_zh="研究自带分类",
        title_en="classes of the study",
        mark="P",
        source="study file",
        classes=classes,
    )


def classify(codes: pd.Series, *, table: ClassTable) -> Classified:
    """Look codes up in a system.

    Returns
    -------
    A table indexed like ``codes`` with land_use_zh, land_use_en, group, assessed. A code the
    system lacks, or null, is group OTHER, assessed, with the code itself as name. ``unknown``:
    each such code with its count.
    """
    known = {code: find_class(str(code), table=table) for code in codes.dropna().unique()}
    rows = [known.get(code) if isinstance(code, str) else None for code in codes]
    pairs = zip(rows, codes, strict=True)
    data = pd.DataFrame(
        [
            (land.zh, land.en, land.group, land.assessed)
            if land
            else (_name(code), _name(code), OTHER, True)
            for land, code in pairs
        ],
        columns=["land_use_zh", "land_use_en", "group", "assessed"],
        index=codes.index,
    ).astype({"land_use_zh": "str", "land_use_en": "str", "group": "str", "assessed": "bool"})
    lacking = [code for code, land in known.items() if land is None]
    return Classified(data, codes[codes.isin(lacking)].value_counts().sort_index())


def _name(code: object) -> str:
    return code if isinstance(code, str) else ""


def find_class(code: str, *, table: ClassTable) -> LandClass | None:
    """Return the class of a code, a small letter at its end being as good as a capital."""
    exact = table.classes.get(code) or table.classes.get(code.upper())
    if exact or not table.prefix:
        return exact
    tries = (code[:length] for length in range(len(code) - 1, _PREFIX_FROM - 1, -1))
    return next((table.classes[part] for part in tries if part in table.classes), None)
