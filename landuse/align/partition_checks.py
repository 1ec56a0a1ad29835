"""What must hold before land is given to a town: the layers fit, and no town is missing."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from landuse.align.faces import Ints, Shapes
from landuse.align.owners import NOBODY
from landuse.align.partition_settings import PartitionSettings
from landuse.core.crs import to_lonlat
from landuse.core.errors import Fault, LanduseError, data_fault
from landuse.core.findings import Finding

STAGE = "align.partition"
_LISTED = 10


def misfit(
    towns: Shapes, frame: shapely.Geometry | None, *, settings: PartitionSettings
) -> list[Finding]:
    """Return a doubt where the towns lie beside the county as a whole.

    Raises
    ------
    LanduseError
        Exit code 4 if they leave most of it empty, lie mostly outside or cover each other.
    """
    whole = shapely.unary_union(towns)
    faults = list(_misfit_faults(towns, whole, frame, settings))
    if faults:
        raise LanduseError(faults)
    if frame is None:
        return []
    middle, other = whole.centroid, frame.centroid
    east_m, north_m = middle.x - other.x, middle.y - other.y
    if np.hypot(east_m, north_m) < settings.offset_m:
        return []
    where = f"{east_m:+.0f} m E, {north_m:+.0f} m N"
    return [
        Finding(
            stage=STAGE,
            kind="doubt",
            value=where,
            message_zh=f"乡镇整体与县界错开 {where}：核对坐标基准（GCJ-02、BD-09）和年份",
            message_en=f"the towns as a whole lie {where} off the county: check the datum "
            "(GCJ-02, BD-09) and the year",
        )
    ]


def _misfit_faults(
    towns: Shapes,
    whole: shapely.Geometry,
    frame: shapely.Geometry | None,
    settings: PartitionSettings,
) -> Iterator[Fault]:
    claimed = float(shapely.area(towns).sum())
    twice = (claimed - whole.area) / claimed
    if twice > settings.overlap_share:
        yield _misfit("乡镇大面积互相重叠", "the towns cover each other", "claimed twice", twice)
    if frame is None:
        return
    shared = shapely.intersection(whole, frame).area
    if shared < settings.cover_share * frame.area:
        share = shared / frame.area
        yield _misfit("乡镇只覆盖县域的一部分", "the towns leave most of the county empty",
                      "of the county covered", share)  # fmt: skip
    if whole.area - shared > settings.outside_share * whole.area:
        share = 1 - shared / whole.area
        yield _misfit("乡镇大部分在县界以外", "the towns lie mostly outside the county",
                      "of the towns outside", share)  # fmt: skip


def _misfit(zh: str, en: str, what: str, share: float) -> Fault:
    return data_fault(
        f"{zh}，不能据此划分",
        f"{en}; no partition can be made of them",
        file="towns",
        field="geometry",
        found=f"{share:.1%} {what}",
        todo_zh="核对县界与乡镇界是否为同一个县、同一坐标系和同一年份，图层里有无重复版本",
        todo_en="check that county and towns are of one county, CRS and year, and that the layer "
        "holds one version only",
    )


def missing_town_faults(gaps: Shapes, *, crs: CRS, limit_m2: float) -> list[Fault]:
    """Return one fault that lists the gaps as large as a town; none if there are none."""
    if not len(gaps):
        return []
    lon, lat = lonlat(gaps, crs=crs)
    rows = zip(shapely.area(gaps) / 1e6, lon, lat, strict=True)
    listed = [f"{km2:.1f} km2 at {x:.4f}, {y:.4f}" for km2, x, y in rows]
    return [
        data_fault(
            f"县域内有 {len(gaps)} 处空白大到像缺了一个乡镇（超过 {limit_m2 / 1e6:.1f} km2），"
            "没有分给邻镇",
            f"{len(gaps)} gaps in the county are as large as a town (over {limit_m2 / 1e6:.1f} "
            "km2); they are not given to the neighbours",
            file="towns",
            field="geometry",
            found="; ".join(listed[:_LISTED]),
            todo_zh="补上缺少的乡镇（或开发区、农场等单列单位），或核对县界",
            todo_en="add the missing town (or a zone or farm that counts as one), or check the "
            "county boundary",
        )
    ]


def vanished_faults(owner: Ints, layer: gpd.GeoDataFrame) -> list[Fault]:
    """Return one fault that lists the towns left without land; none if all keep some."""
    kept = np.isin(np.arange(len(layer)), owner[owner != NOBODY])
    if kept.all():
        return []
    return [
        data_fault(
            "有乡镇清理后没有土地：它在县界以外，或被别的乡镇完全盖住",
            "towns would keep no land: they lie outside the county or under other towns",
            file="towns",
            field="town_code",
            found=", ".join(titles(layer)[~kept]),
            todo_zh="删去重复或不属于本县的乡镇，或改正界线",
            todo_en="remove towns drawn twice or of another county, or mend the boundaries",
        )
    ]


def titles(layer: gpd.GeoDataFrame) -> pd.Series:
    """Return the towns as a reader knows them: name and code."""
    if "town_name" not in layer.columns:
        return layer["town_code"]
    return (layer["town_name"].fillna("") + " " + layer["town_code"]).str.strip()


def lonlat(shapes: Shapes, *, crs: CRS) -> tuple[np.ndarray, np.ndarray]:
    """Return longitude and latitude, degrees, of a point in each shape."""
    points = shapely.point_on_surface(shapes)
    return to_lonlat(shapely.get_x(points), shapely.get_y(points), crs=crs.to_wkt())
