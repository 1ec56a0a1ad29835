"""The source sheet: one record a source, with its age, its overlap and what is doubtful in it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from pydantic import Field

from landuse.core.settings import Mark, Settings
from landuse.products.facts import SourceFact
from landuse.products.numbers import number, percent

Words = tuple[str, str]
LOCAL: Words = ("本地文件", "local file")
_DAYS_A_YEAR = 365.25


class SheetLimits(Settings):
    """From when on a source is in doubt. All proposed here; nothing is refused because of them."""

    oldest_years: float = Field(5.0, gt=0, description="age from which any source is in doubt")
    oldest_by_role: dict[str, float] = Field(
        default={
            "parcels": 2.0, "ledger": 1.5, "enterprises": 2.0, "electricity": 2.0, "zones": 3.0,
            "land_use_map": 3.0,
            "buildings": 3.0, "night_light": 3.0, "landcover": 5.0, "county": 10.0, "towns": 5.0,
            "built_surface": 8.0, "built_height": 8.0, "built_volume": 8.0, "built_nonres": 8.0,
            "elevation": 25.0, "census": 10.0, "heritage": 10.0, "hazard": 6.0,
        },
        description="role = years",
    )  # fmt: skip
    least_known_share: float = Field(0.98, ge=0, le=1, description="cells of a raster with values")
    least_area_share: float = Field(0.99, ge=0, le=1, description="area that tiling layers cover")
    least_inside_share: float = Field(0.5, ge=0, le=1, description="objects in the study area")
    least_extent_share: float = Field(0.6, ge=0, le=1, description="extent of wall-to-wall layers")
    wall_to_wall: tuple[str, ...] = ("roads", "buildings", "water", "parcels", "land_use_map")
    mark: Mark = "P"


def source_facts(
    sources: pd.DataFrame, *, overlap: pd.DataFrame | None = None, as_of: str = ""
) -> tuple[SourceFact, ...]:
    """Return one fact a row of ``sources``, with the overlap of its layer where it was measured.

    Parameters
    ----------
    sources : table of `sources.describe`.
    overlap : table of `align.overlap`; None where it was not measured.
    as_of : analysis date (ISO), against which ages count.
    """
    measured = {} if overlap is None else {row["key"]: row for row in overlap.to_dict("records")}
    return tuple(
        _fact(row, _measured(str(row["key"]), measured), as_of)
        for row in sources.to_dict("records")
    )


def _measured(key: str, measured: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    """Return the row of a file's layer; the tiles of a layer and the parts of a role share one."""
    while key not in measured and ":" in key:
        key = key.rpartition(":")[0]
    return measured.get(key, {})


def _fact(row: Mapping[str, Any], measured: Mapping[str, Any], as_of: str) -> SourceFact:
    share, kind = overlap_of(measured)
    features = measured.get("features")
    return SourceFact(
        key=str(row["key"]),
        role=row["role"],
        title_zh=row["title_zh"],
        title_en=row["title_en"],
        file=row["file"],
        digest=row["sha256"],
        year=row["year"],
        licence=row["licence"],
        attribution=row["attribution"],
        product=row.get("product", ""),
        mark=row.get("mark", ""),
        defects=int(row.get("defects", 0)),
        projected=bool(row.get("projected", False)),
        size_bytes=int(row.get("size_bytes", 0)),
        cells=row.get("cells", ""),
        features=None if features is None or pd.isna(features) else int(features),
        overlap=share,
        overlap_kind=kind,
        extent=_share(measured.get("extent_share")),
        url=row.get("fetched_url", ""),
        age_years=age_years(row["year"], as_of),
    )


def overlap_of(measured: Mapping[str, Any]) -> tuple[float | None, str]:
    """Return the share that says most of a kind of layer, and which it is.

    Rasters: cells known; layers that tile: area covered; others: objects inside.
    """
    for kind in ("known", "area", "inside"):
        share = _share(measured.get(f"{kind}_share"))
        if share is not None:
            return share, kind
    return None, ""


def _share(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def age_years(year: str, as_of: str) -> float | None:
    """Return the years from the middle of the data's last year to the analysis date.

    None without either; data of a later year have a negative age.

    >>> age_years("2021", "2024-12-31")
    3.5
    """
    named = re.findall(r"\d{4}", year)
    if not named or not as_of:
        return None
    middle = date(int(named[-1]), 7, 1)
    return round((date.fromisoformat(as_of) - middle).days / _DAYS_A_YEAR, 1)


def all_doubts(facts: Sequence[SourceFact], limits: SheetLimits) -> list[tuple[Words, ...]]:
    """Return the doubts of each source; the early years of a series are meant to be old."""
    newest: dict[str, float] = {}
    for fact in facts:
        if fact.age_years is not None:
            newest[fact.role] = min(fact.age_years, newest.get(fact.role, math.inf))
    timely = (
        fact if fact.age_years == newest.get(fact.role) else replace(fact, age_years=None)
        for fact in facts
    )  # fmt: skip
    return [doubts(fact, limits) for fact in timely]


def doubts(fact: SourceFact, limits: SheetLimits) -> tuple[Words, ...]:
    """Return what is doubtful in a source: too old, too little of it, projected."""
    oldest = limits.oldest_by_role.get(fact.role, limits.oldest_years)
    found: list[Words] = []
    if fact.projected:
        found.append(("含推算值，不是观测", "holds projections, not observations"))
    if fact.age_years is not None and fact.age_years > oldest:
        age, limit = number(fact.age_years, 1), number(oldest, 1)
        found.append((f"已 {age} 年，超过 {limit} 年", f"{age} years old, over {limit}"))
    if fact.age_years is not None and fact.age_years < -1:
        found.append(("数据年份晚于基准日", "data are later than the analysis date"))
    return (*found, *_overlap_doubts(fact, limits))


def _overlap_doubts(fact: SourceFact, limits: SheetLimits) -> Iterable[Words]:
    least = {
        "known": (limits.least_known_share, "研究区内有值", "of the study area known"),
        "area": (limits.least_area_share, "研究区被覆盖", "of the study area covered"),
        "inside": (limits.least_inside_share, "对象在研究区内", "of the objects inside"),
    }.get(fact.overlap_kind)
    if least and fact.overlap is not None and fact.overlap < least[0]:
        share, asked = percent(fact.overlap), percent(least[0], 0)
        yield f"只有 {share} {least[1]}（须 {asked}）", f"only {share} {least[2]} (needs {asked})"
    wide = fact.role in limits.wall_to_wall
    if wide and fact.extent is not None and fact.extent < limits.least_extent_share:
        share = percent(fact.extent)
        yield f"范围只占研究区 {share}", f"its extent is only {share} of the study area"


def origin(fact: SourceFact) -> Words:
    """Return where a file came from: the host it was downloaded from, or the raw folder."""
    if not fact.url:
        return LOCAL
    return (f"下载 {fact.url}", f"fetched from {fact.url}")


def host(url: str) -> str:
    """Return the host of an address, for narrow places.

    >>> host("https://data.example.org/a/b.tif")
    'data.example.org'
    """
    return re.sub(r"^[a-z]+://", "", url).partition("/")[0]


def size_text(size_bytes: int) -> str:
    """Return a size in B, kB, MB or GB.

    >>> size_text(1_536_000)
    '1.5 MB'
    """
    size, units = float(size_bytes), iter(("B", "kB", "MB"))
    for unit in units:
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def merged(facts: Iterable[SourceFact]) -> list[SourceFact]:
    """Return one fact a role, for narrow sheets: the years of a series and tiles stand together.

    What was downloaded and what was not stay apart. Overlap is the lowest of the parts; size
    their sum; the year their span; the age that of the newest; one credit line each. The digest
    is left out: several files have none in common.
    """
    alike: dict[tuple[str, bool], list[SourceFact]] = {}
    for fact in facts:
        alike.setdefault((fact.role, bool(fact.url)), []).append(fact)
    return [parts[0] if len(parts) == 1 else _together(parts) for parts in alike.values()]


def _together(parts: list[SourceFact]) -> SourceFact:
    years = sorted({year for part in parts for year in re.findall(r"\d{4}", part.year)})
    shares = [part.overlap for part in parts if part.overlap is not None]
    ages = [part.age_years for part in parts if part.age_years is not None]
    lines = dict.fromkeys(part.attribution for part in parts if part.attribution)
    return replace(
        parts[0],
        key=parts[0].role,
        file=f"{parts[0].file} … ×{len(parts)}",
        digest="",
        year=f"{years[0]}–{years[-1]}" if len(years) > 1 else "".join(years),
        attribution="\n".join(lines),
        size_bytes=sum(part.size_bytes for part in parts),
        projected=any(part.projected for part in parts),
        overlap=min(shares, default=None),
        age_years=min(ages, default=None),
    )
