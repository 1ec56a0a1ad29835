"""What looks wrong with the parcels as drawn: told as findings, nothing is changed."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from landuse.core.findings import Finding

STAGE = "parcels"
_AREA_TOLERANCE = 0.05
_OVERLAP_M2 = 1.0


def finding(kind: str, zh: str, en: str, *, object_id: str = "", value: str = "") -> Finding:
    """Return a finding of this room."""
    return Finding(
        stage=STAGE, kind=kind, object_id=object_id, value=value, message_zh=zh, message_en=en
    )


def some(ids: pd.Series, most: int = 10) -> str:
    """Return up to ``most`` ids as text."""
    return ", ".join(ids.head(most)) + (" …" if len(ids) > most else "")


def declared_area_findings(table: gpd.GeoDataFrame) -> list[Finding]:
    """Return a finding when the area the file states and the area drawn differ by over 5 %."""
    if "declared_area_m2" not in table.columns:
        return []
    ratio = table["declared_area_m2"] / table["area_m2"]
    off = (ratio - 1).abs() > _AREA_TOLERANCE
    if not off.any():
        return []
    count, middle = int(off.sum()), float(ratio[off].median())
    return [
        finding(
            "doubt",
            f"{count} 个地块的登记面积与图形面积相差 5% 以上"
            f"（比值中位数 {middle:.3f}），按图形面积计",
            f"{count} parcels: stated and drawn area differ by over 5 % (median ratio "
            f"{middle:.3f}); the drawn area counts",
            object_id=some(table.loc[off, "parcel_id"]),
            value=str(count),
        )
    ]


def overlap_findings(table: gpd.GeoDataFrame) -> list[Finding]:
    """Return a finding when parcels overlap by more than 1 m2: that ground is counted twice."""
    shapes = table.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes)
    one, other = one[one < other], other[one < other]
    shapely.prepare(shapes)
    meeting = shapely.intersects(shapes[one], shapes[other])
    shapely.destroy_prepared(shapes)
    one, other = one[meeting], other[meeting]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    wide = shared > _OVERLAP_M2
    if not wide.any():
        return []
    order = np.argsort(-shared[wide], kind="stable")
    ids = table["parcel_id"].to_numpy()
    pairs = pd.Series(
        [f"{ids[a]}+{ids[b]}" for a, b in zip(one[wide][order], other[wide][order], strict=True)]
    )
    count, area = len(pairs), float(shared[wide].sum())
    return [
        finding(
            "doubt",
            f"{count} 对地块相互重叠，共 {area:.0f} 平方米被重复计入",
            f"{count} pairs of parcels overlap; {area:.0f} m2 are counted twice",
            object_id=some(pairs),
            value=f"{area:.0f}",
        )
    ]
