"""The parcels to assess: each with its town, zone, land use, peer group and area."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from landuse.core.crs import to_lonlat
from landuse.core.errors import Fault, data_fault, fail, study_fault
from landuse.core.findings import Finding
from landuse.core.settings import Settings
from landuse.core.units import m2_to_mu
from landuse.objects.class_fit import check_fit
from landuse.objects.classes import (
    ALL,
    INDUSTRY,
    LOT_LARGE,
    LOT_SMALL,
    ClassTable,
    LandClass,
    class_table,
    classify,
    local_table,
)
from landuse.objects.overlay import geodesic_area_m2, largest, overlaps, same_crs, shared_area
from landuse.objects.quality import (
    STAGE,
    declared_area_findings,
    finding,
    overlap_findings,
    some,
)
from landuse.sources.spec import ClassSystem

COLUMNS = (
    "parcel_id",
    "town_code",
    "town_name",
    "zone_in",
    "zone_name",
    "zone_share",
    "land_use",
    "land_use_zh",
    "land_use_en",
    "group",
    "area_m2",
    "area_mu",
    "lon",
    "lat",
)


class ParcelSettings(Settings):
    """How parcels are built.

    ``class_system`` is declared, never guessed; None where the layer has no land-use codes.
    ``size_cut_m2``: without land-use codes, parcels under it and those from it on are two peer
    groups; None: one group. ``town_gap_m``: a parcel in no town goes to the nearest one within
    this distance.
    """

    class_system: ClassSystem | None = None
    classes: dict[str, LandClass] = Field(default_factory=dict)
    minimum_area_m2: float = Field(default=0.0, ge=0)
    zone_share_minimum: float = Field(default=0.5, gt=0, le=1)
    size_cut_m2: float | None = Field(default=None, gt=0)
    town_gap_m: float = Field(default=1000.0, ge=0)


def build_parcels(
    *,
    parcels: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    settings: ParcelSettings,
) -> dict[str, Any]:
    """Build the table of parcels to assess.

    Parameters
    ----------
    parcels : aligned polygons with ``parcel_id``, and ``land_use`` where the study maps it.
    towns : aligned polygons with ``town_code`` and, where mapped, ``town_name``.
    zones : aligned polygons with, where mapped, ``zone_name``.

    Returns
    -------
    ``parcels``: GeoDataFrame with the columns of ``COLUMNS``, then further mapped columns, then
    geometry; sorted by parcel_id, RangeIndex. Areas are geodesic (GRS80); lon and lat are those
    of a point inside the parcel (CGCS2000, degrees). ``findings``: list of Finding.

    Raises
    ------
    LanduseError
        Exit code 2 if land-use codes come without a class system; 4 if no parcel is left.
    """
    findings: list[Finding] = []
    table = parcels.sort_values("parcel_id", kind="stable").reset_index(drop=True)
    table = table.assign(area_m2=geodesic_area_m2(table))
    findings += declared_area_findings(table) + overlap_findings(table)
    table = _with_land_use(table, settings, findings)
    table = _large_enough(table, settings, findings)
    if table.empty and len(parcels):
        raise fail(_none_left(len(parcels)))
    table = _with_town(table, towns, settings, findings)
    table = _with_zone(table, zones, settings, findings)
    inside = table.geometry.representative_point()
    lon, lat = to_lonlat(inside.x.to_numpy(), inside.y.to_numpy(), crs=str(table.crs))
    table = table.assign(area_mu=m2_to_mu(table["area_m2"]), lon=lon, lat=lat)
    return {"parcels": _ordered(table), "findings": findings}


def _ordered(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    further = [name for name in table.columns if name not in (*COLUMNS, "geometry", "assessed")]
    return table[[*COLUMNS, *further, "geometry"]]


def _with_land_use(
    table: gpd.GeoDataFrame, settings: ParcelSettings, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Add names and peer group; take out what is not construction land."""
    if "land_use" not in table.columns:
        return _without_land_use(table, settings, findings)
    if settings.size_cut_m2 is not None:
        raise fail(_cut_with_codes(settings.size_cut_m2))
    system = _system(settings)
    codes = table["land_use"]
    found = classify(codes, table=system)
    findings += _code_findings(table, found.unknown, system)
    findings += check_fit(codes, table=system, stage=STAGE)
    table = table.assign(land_use=codes.fillna(""), **{n: found.table[n] for n in found.table})
    out = ~table["assessed"]
    if out.any():
        counts = table.loc[out, "land_use"].value_counts().sort_index()
        findings.append(_not_assessed(counts, float(table.loc[out, "area_m2"].sum())))
    return table.loc[~out].reset_index(drop=True)


def _without_land_use(
    table: gpd.GeoDataFrame, settings: ParcelSettings, findings: list[Finding]
) -> gpd.GeoDataFrame:
    """Add empty names and the peer group: one, or two by size where the study asks for it."""
    cut = settings.size_cut_m2
    group = ALL if cut is None else np.where(table["area_m2"] < cut, LOT_SMALL, LOT_LARGE)
    zh = "全部作一组比较" if cut is None else f"按面积分两组比较，界线 {cut:g} m²"
    en = "one peer group" if cut is None else f"two peer groups by size, cut at {cut:g} m²"
    findings.append(finding("absent", f"地块没有用途代码，{zh}", f"no land-use codes: {en}"))
    table = table.assign(land_use="", land_use_zh="", land_use_en="", group=group)
    return table.astype({"group": "str"})


def _cut_with_codes(cut: float) -> Fault:
    return study_fault(
        "地块有用途代码，同类组按用途划分，不按面积",
        "the parcels carry land-use codes: peer groups go by use, not by size",
        field="parcels.size_cut_m2", found=f"{cut:g}",
        todo_zh="去掉 size_cut_m2，或不读用途代码", todo_en="leave out size_cut_m2, or the codes",
    )  # fmt: skip


def _system(settings: ParcelSettings) -> ClassTable:
    if settings.class_system is None or (settings.class_system == "local" and not settings.classes):
        raise fail(
            study_fault(
                "地块有用途代码，但没有声明分类体系",
                "the parcels carry land-use codes but no class system is declared",
                field="sources.parcels.class_system", found=str(settings.class_system),
                todo_zh="写 SD3、GB21010、YDYH2023，或 local 并给出 parcels.classes",
                todo_en="write SD3, GB21010, YDYH2023, or local with parcels.classes",
            )
        )  # fmt: skip
    if settings.class_system == "local":
        return local_table(settings.classes)
    table = class_table(settings.class_system)
    return table.model_copy(update={"classes": {**table.classes, **settings.classes}})


def _code_findings(
    table: gpd.GeoDataFrame, unknown: pd.Series, system: ClassTable
) -> list[Finding]:
    findings = []
    null = table["land_use"].isna()
    if null.any():
        findings.append(
            finding(
                "doubt",
                f"{int(null.sum())} 个地块没有用途代码，归入其他",
                f"{int(null.sum())} parcels without a land-use code, put in group OTHER",
                object_id=some(table.loc[null, "parcel_id"]),
                value=str(int(null.sum())),
            )
        )
    if len(unknown):
        listed = ", ".join(f"{code} ({count})" for code, count in unknown.items())
        findings.append(
            finding(
                "doubt",
                f"{system.title_zh}没有的代码，归入其他：{listed}",
                f"codes not in {system.title_en}, put in group OTHER: {listed}",
                value=str(int(unknown.sum())),
            )
        )
    return findings


def _not_assessed(counts: pd.Series, area_m2: float) -> Finding:
    listed = ", ".join(f"{code} ({count})" for code, count in counts.items())
    mu = m2_to_mu(area_m2)
    return finding(
        "dropped",
        f"{int(counts.sum())} 个图斑（{mu:.1f} 亩）不是建设用地，不参加评价：{listed}",
        f"{int(counts.sum())} polygons ({mu:.1f} mu) are not construction land: {listed}",
        value=str(int(counts.sum())),
    )


def _large_enough(
    table: gpd.GeoDataFrame, settings: ParcelSettings, findings: list[Finding]
) -> gpd.GeoDataFrame:
    small = table["area_m2"] < settings.minimum_area_m2
    if not small.any():
        return table
    count, limit = int(small.sum()), settings.minimum_area_m2
    findings.append(
        finding(
            "dropped",
            f"{count} 个地块小于 {limit:g} 平方米，不参加评价",
            f"{count} parcels below {limit:g} m2 are not assessed",
            object_id=some(table.loc[small, "parcel_id"]),
            value=str(count),
        )
    )
    return table.loc[~small].reset_index(drop=True)


def _with_town(
    table: gpd.GeoDataFrame,
    towns: gpd.GeoDataFrame | None,
    settings: ParcelSettings,
    findings: list[Finding],
) -> gpd.GeoDataFrame:
    """Add the town each parcel shares most area with, else the nearest within the gap."""
    if towns is None:
        findings.append(finding("absent", "没有乡镇界，乡镇为空", "no towns: town is empty"))
        return table.assign(town_code="", town_name="")
    towns = towns.sort_values("town_code", kind="stable").reset_index(drop=True)
    owner = largest(overlaps(table, towns), count=len(table))
    lost = owner < 0
    if lost.any():
        shapes = table.geometry.to_numpy()[lost]
        tree = shapely.STRtree(towns.geometry.to_numpy())
        which, near = tree.query_nearest(
            shapes, max_distance=max(settings.town_gap_m, 1e-9), all_matches=False
        )
        owner[np.flatnonzero(lost)[which]] = near
        findings += _town_findings(table, lost=lost, owner=owner, gap_m=settings.town_gap_m)
    names = towns["town_name" if "town_name" in towns.columns else "town_code"]
    return table.assign(town_code=_taken(towns["town_code"], owner), town_name=_taken(names, owner))


def _town_findings(
    table: gpd.GeoDataFrame, *, lost: Any, owner: Any, gap_m: float
) -> list[Finding]:
    findings = []
    nearest, none = lost & (owner >= 0), owner < 0
    if nearest.any():
        count = int(nearest.sum())
        findings.append(
            finding(
                "repaired",
                f"{count} 个地块落在乡镇界的缝隙里，归入 {gap_m:g} 米内最近的乡镇",
                f"{count} parcels lie in gaps between towns: put to the nearest within {gap_m:g} m",
                object_id=some(table.loc[nearest, "parcel_id"]),
                value=str(count),
            )
        )
    if none.any():
        count = int(none.sum())
        findings.append(
            finding(
                "doubt",
                f"{count} 个地块不在任何乡镇内，乡镇为空",
                f"{count} parcels lie in no town: town is empty",
                object_id=some(table.loc[none, "parcel_id"]),
                value=str(count),
            )
        )
    return findings


def _with_zone(
    table: gpd.GeoDataFrame,
    zones: gpd.GeoDataFrame | None,
    settings: ParcelSettings,
    findings: list[Finding],
) -> gpd.GeoDataFrame:
    """Add the share of each parcel in zones, and the zone it shares most with when it is in one."""
    if zones is None:
        findings.append(
            finding(
                "absent",
                "没有开发区界，全部地块按区外比较",
                "no zones: every parcel counts as outside",
            )
        )
        share, name = np.zeros(len(table)), np.full(len(table), "")
    else:
        share, name = _zone_share(table, zones)
    inside = share >= settings.zone_share_minimum
    industry = table["group"] == INDUSTRY
    return table.assign(
        zone_in=inside,
        zone_share=share,
        zone_name=pd.Series(np.where(inside, name, ""), index=table.index, dtype="str"),
        group=table["group"].mask(industry & inside, "IND_IN").mask(industry & ~inside, "IND_OUT"),
    )


def _zone_share(table: gpd.GeoDataFrame, zones: gpd.GeoDataFrame) -> tuple[Any, Any]:
    same_crs(table, zones)
    merged = gpd.GeoDataFrame(geometry=[zones.geometry.union_all()], crs=zones.crs)
    parts = merged.explode(ignore_index=True)
    planar = table.geometry.area.to_numpy()
    share = shared_area(overlaps(table, parts), count=len(table)) / planar
    if "zone_name" not in zones.columns:
        return np.clip(share, 0, 1), np.full(len(table), "")
    zones = zones.sort_values("zone_name", kind="stable").reset_index(drop=True)
    owner = largest(overlaps(table, zones), count=len(table))
    return np.clip(share, 0, 1), _taken(zones["zone_name"], owner).to_numpy()


def _taken(values: pd.Series, owner: Any) -> pd.Series:
    """Return the value of each owner position; "" for position -1 and for null."""
    texts = values.fillna("").astype("str").tolist()
    return pd.Series([texts[place] if place >= 0 else "" for place in owner], dtype="str")


def _none_left(rows: int) -> Any:
    return data_fault(
        "没有可评价的地块",
        "no parcel is left to assess",
        field="sources.parcels",
        found=f"{rows} polygons",
        todo_zh="检查用途代码、分类体系和最小面积",
        todo_en="check land-use codes, class system and minimum area",
    )
